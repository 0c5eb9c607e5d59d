// Unusual input, and unexpected errors.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startContext } from "./context.mjs";

test("double clicks and repeated keys act once", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.page.getByLabel("New task").fill("Once");
  await alice.page.getByRole("button", { name: "Add", exact: true }).dblclick();
  await alice.expectTasks(["Once"]);
  await alice.add("Draft");

  const keys = alice.page.keyboard;
  const hold = async (key) => {
    for (let times = 0; times < 3; times++) await keys.down(key);
    await keys.up(key);
  };
  await alice.page.getByRole("heading", { name: "All tasks" }).click();
  await hold("n");
  assert.equal(await alice.page.getByLabel("New task").inputValue(), "");
  await keys.press("n");
  assert.equal(await alice.page.getByLabel("New task").inputValue(), "n");
  await alice.page.getByLabel("New task").fill("");

  await alice.checkbox("Draft").focus();
  await hold("e");
  const title = alice.editor().getByLabel("Title");
  assert.equal(await title.inputValue(), "Draft");
  await hold("x");
  assert.equal(await title.inputValue(), "Draftxxx");
  await keys.press("Escape");
  await alice.expectTasks(["Draftxxx", "Once"]);

  await alice.checkbox("Once").focus();
  await hold("Delete");
  await alice.expectTasks(["Draftxxx"]);
  await alice.saved();
  assert.deepEqual((await alice.tasksOfApi()).map(({ title }) => title), ["Draftxxx"]);
});

test("Enter that ends a composition adds nothing", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  const input = alice.page.getByLabel("New task");
  await input.focus();
  const session = await alice.context.newCDPSession(alice.page);
  await session.send("Input.imeSetComposition", { text: "牛乳", selectionStart: 2, selectionEnd: 2 });
  // As an input method sends it: a key that the page must not handle.
  await session.send("Input.dispatchKeyEvent", { type: "rawKeyDown", key: "Process", code: "Enter", windowsVirtualKeyCode: 229 });
  assert.equal(await input.inputValue(), "牛乳");
  await session.send("Input.insertText", { text: "牛乳" });
  assert.equal(await input.inputValue(), "牛乳");
  await alice.page.getByText("Nothing to do yet").waitFor();
  await alice.page.keyboard.press("Enter");
  await alice.expectTasks(["牛乳"]);
});

test("texts are shown as they are", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  const titles = ["<img src=x onerror=alert(1)>", "👩‍👩‍👧‍👦 & “quotes”", "שלום עולם", "a\u202eb", "%20 ${x} {{y}}"];
  for (const title of titles) await alice.add(title);
  await alice.expectTasks(titles.toReversed());
  for (const title of titles) assert.equal(await alice.task(title).getByRole("button", { name: title, exact: true }).innerText(), title);
  assert.equal(await alice.page.getByRole("main").locator("img").count(), 0);
  await alice.page.reload();
  await alice.ready();
  await alice.expectTasks(titles.toReversed());
  assert.deepEqual((await alice.tasksOfApi()).map(({ title }) => title), titles.toReversed());
});

test("a title without visible characters is not saved", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  const input = alice.page.getByLabel("New task");
  for (const text of ["", "   ", "\u200b\u00a0"]) {
    await input.fill(text);
    await alice.page.keyboard.press("Enter");
    await alice.page.getByRole("button", { name: "Add", exact: true }).click();
    assert.equal(await input.inputValue(), text);
    assert.ok(await input.evaluate((field) => field === document.activeElement));
  }
  await alice.page.getByText("Nothing to do yet").waitFor();
  await input.fill("");
  await alice.add("Draft");

  await alice.openEditor("Draft");
  await alice.fill({ title: "  ", description: "saved" });
  await alice.editor().getByRole("button", { name: "Done" }).click();
  await alice.editor().locator("[aria-invalid=true]:focus").waitFor();
  await alice.page.keyboard.press("Escape");
  await alice.expectTasks(["Draft"]);
  await alice.saved();
  const tasks = await alice.tasksOfApi();
  assert.deepEqual(tasks.map(({ title, description }) => [title, description]), [["Draft", "saved"]]);
  // The row has the focus again.
  assert.ok(await alice.checkbox("Draft").evaluate((box) => box === document.activeElement));
});

test("a title that is too long leaves the page usable", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice", { viewport: { width: 360, height: 640 } });
  const long = "wide ".repeat(600).trim();
  const input = alice.page.getByLabel("New task");
  await input.fill(long);
  await alice.page.keyboard.press("Enter");
  await alice.page.getByRole("alert").filter({ hasText: "the limit is 200" }).waitFor();
  assert.equal(await input.inputValue(), long);
  const { y, height } = await input.boundingBox();
  assert.ok(y >= 0 && y + height <= 640, `at ${y}`);
  assert.ok(await alice.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  await alice.add("Short");
});

test("a field that cannot be saved has the focus", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Draft");
  await alice.openEditor("Draft");
  await alice.fill({ title: "x".repeat(201), description: "saved" });
  await alice.editor().getByRole("button", { name: "Done" }).click();
  await alice.editor().locator("[aria-invalid=true]:focus").waitFor();
  // Escape saves what can be saved, and a notice offers the rest.
  await alice.page.keyboard.press("Escape");
  await alice.notice("Not saved: the title.").waitFor();
  await alice.saved();
  const [task] = await alice.tasksOfApi();
  assert.deepEqual([task.title, task.description], ["Draft", "saved"]);

  await alice.signOut();
  await alice.page.getByLabel("E-mail").fill(alice.email);
  await alice.page.getByLabel("Password").fill("not the password");
  await alice.page.getByRole("button", { name: "Sign in" }).click();
  await alice.page.locator("input[aria-invalid=true]:focus").waitFor();
});

test("an error of a read leaves the tasks in place", async (t) => {
  const { user, device, origin } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Still here");
  const body = JSON.stringify({
    ...{ type: "about:blank", title: "Internal error", status: 500, code: "internal" },
    ...{ detail: "Something went wrong on our side.", request_id: "1" },
  });
  const headers = { "Access-Control-Allow-Origin": origin };
  const changes = /\/tasks\/changes/;
  await alice.page.route(changes, (route) => route.fulfill({ status: 500, contentType: "application/problem+json", headers, body }));
  const other = await device(alice);
  await other.add("From elsewhere");
  await alice.page.getByText("Something went wrong on our side.").first().waitFor();
  await alice.expectTasks(["Still here"]);
  // The page reads again by itself.
  await alice.page.unroute(changes);
  await alice.expectTasks(["From elsewhere", "Still here"]);
  await alice.saved();
});

test("views open by their addresses", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Kept");
  await alice.add("Deleted");
  await alice.remove("Deleted");
  await alice.page.goto("/tasks?view=trash");
  await alice.page.getByRole("main").getByText("Deleted", { exact: true }).waitFor();
  // The trash is searched once for what is typed without a pause.
  /** @type {string[]} */
  const searches = [];
  alice.page.on("request", (request) => {
    if (request.method() === "GET" && request.url().includes("/tasks/trash")) searches.push(new URL(request.url()).search);
  });
  const searched = alice.page.waitForResponse((response) => response.url().includes("/tasks/trash?"));
  await alice.page.getByRole("searchbox", { name: "Search" }).evaluate((box) => {
    const { set } = /** @type {PropertyDescriptor} */ (Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value"));
    for (const text of ["K", "Ke", "Kep"]) {
      set?.call(box, text);
      box.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
  await searched;
  await alice.page.getByText("No task in the trash matches.").waitFor();
  assert.deepEqual(searches, ["?search=Kep"]);
  await alice.page.goto("/tasks?view=inbox&search=kep");
  await alice.ready();
  await alice.expectTasks(["Kept"]);
  assert.equal(await alice.page.getByRole("searchbox").inputValue(), "kep");
});

test("tokens of another user end in an error, not in reloads", async (t) => {
  const { user, origin } = await startContext(t);
  const [alice, bob] = await Promise.all([user("Alice"), user("Bob")]);
  const body = await (await bob.page.request.get(`${origin}/api/auth/token`)).text();
  let requests = 0;
  await alice.page.route("**/api/auth/token", (route) => {
    requests += 1;
    return route.fulfill({ contentType: "application/json", body });
  });
  await alice.page.reload();
  await alice.page.getByRole("main").getByRole("alert").waitFor();
  assert.ok(requests <= 4, `requests ${requests} times`);
  await alice.page.unroute("**/api/auth/token");
  await alice.page.reload();
  await alice.ready();
});

test("an editor that is open when its page is closed is saved", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Draft");
  /** @type {Record<string, () => Promise<unknown>>} */
  const ends = {
    Reloaded: () => alice.page.reload(),
    Left: () => alice.page.goto("about:blank").then(() => alice.page.goto("/tasks")),
    Closed: async () => {
      await alice.page.close();
      alice.page = await alice.context.newPage();
      await alice.page.goto("/tasks");
    },
  };
  let title = "Draft";
  for (const [next, end] of Object.entries(ends)) {
    await alice.openEditor(title);
    await alice.fill({ title: next, tags: next });
    await end();
    await alice.ready();
    await alice.expectTasks([next]);
    await alice.saved();
    title = next;
  }
  assert.deepEqual((await alice.tasksOfApi()).map(({ title, tags }) => ({ title, tags })), [{ title: "Closed", tags: ["Closed"] }]);
  assert.deepEqual((await alice.stored()).local, []);
});
