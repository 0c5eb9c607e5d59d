// Concurrent changes, and unexpected errors.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startContext } from "./context.mjs";
import { holdNext } from "./network.mjs";
import { setHidden } from "./two-browsers.mjs";

const CHANGED = "This task was changed elsewhere";

/** The text of a task as the editor of a fresh page shows it. */
async function textOf(user, title) {
  await user.page.reload();
  await user.ready();
  const dialog = await user.openEditor(title);
  const text = await dialog.getByLabel("Description").inputValue();
  await user.page.keyboard.press("Escape");
  return text;
}

test("only fields that both sides changed are in conflict", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Draft");
  const other = await alice.tab();

  const dialog = await alice.openEditor("Draft");
  await other.edit("Draft", { description: "Theirs" });
  await dialog.getByLabel("Title").fill("Mine");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await textOf(alice, "Mine"), "Theirs");

  await other.page.reload();
  await alice.openEditor("Mine");
  await other.edit("Mine", { title: "Theirs", description: "Of both" });
  await dialog.getByLabel("Description").fill("Of me");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText(CHANGED).waitFor();
  assert.deepEqual(await dialog.locator("dt", { hasText: "differs" }).allTextContents(), Array(2).fill("Description differs"));
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await textOf(alice, "Theirs"), "Of me");
});

test("a deletion applies only to the state that the dialog showed", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Draft");
  const other = await device(alice);
  await alice.page.getByRole("button", { name: "Delete Draft", exact: true }).click();
  const dialog = alice.page.getByRole("dialog");
  await other.edit("Draft", { title: "Theirs" });
  await alice.expectTasks(["Theirs"]);
  const rejected = alice.nextResponse("DELETE");
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  assert.equal((await rejected).status(), 412);
  await alice.page.getByText("“Theirs” was changed elsewhere.").waitFor();
  await alice.expectTasks(["Theirs"]);

  await alice.withoutEvents();
  await other.remove("Theirs");
  await alice.page.getByRole("button", { name: "Delete Theirs", exact: true }).click();
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  await alice.page.getByText("Nothing to do yet").waitFor();
});

test("the editor opens without a request", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Draft");
  const { arrived, release } = await holdNext(alice.page, "PATCH");
  let reads = 0;
  const isRead = (request) => request.method() === "GET" && /\/tasks\/[0-9a-f-]{36}$/.test(request.url());
  alice.page.on("request", (request) => void (reads += isRead(request) ? 1 : 0));
  await alice.checkbox("Draft").focus();
  await alice.page.keyboard.press("e");
  await alice.page.keyboard.press("End");
  await alice.page.keyboard.type("ing");
  await alice.page.keyboard.press("Enter");
  await arrived;
  assert.equal(reads, 0);
  release("continue");
  await alice.expectTasks(["Drafting"]);
});

test("a change is not followed by a reload of the list", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  for (const title of ["Second", "First"]) await alice.add(title);
  // Marks what is read, so that the page shows when it has it. A write during a read would repeat the read.
  let reads = 0;
  await alice.page.route(/\/tasks\?/, async (route) => {
    reads += 1;
    const response = await route.fetch();
    const [first, ...others] = await response.json();
    await route.fulfill({ response, json: [{ ...first, title: "First, as read" }, ...others] });
  });
  await alice.withoutEvents();
  await alice.task("First, as read").waitFor();
  reads = 0;
  await alice.complete("First, as read");
  await alice.edit("First", { title: "Changed" });
  await alice.remove("Second");
  await alice.expectTasks(["Changed"]);
  assert.equal(reads, 0);
});

test("an error while the list is read again leaves it in place", async (t) => {
  const { user, origin } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Still here");
  const detail = "Something went wrong on our side.";
  const problem = { type: "about:blank", title: "Error", status: 500, code: "internal", detail, request_id: "1" };
  const alert = alice.page.getByRole("alert").filter({ hasText: detail });
  const fail = () =>
    alice.page.route(/\/tasks\?/, (route) =>
      route.fulfill({
        status: 500,
        contentType: "application/problem+json",
        headers: { "Access-Control-Allow-Origin": origin },
        body: JSON.stringify(problem),
      }),
    );
  const recover = async () => {
    await alert.waitFor();
    await alice.expectTasks(["Still here"]);
    await alice.page.unroute(/\/tasks\?/);
    await alert.getByRole("button", { name: "Try again" }).click();
    await alert.waitFor({ state: "detached" });
    await alice.expectTasks(["Still here"]);
  };

  await fail();
  // The list of the server is shown, and read again once.
  await alice.withoutEvents();
  await recover();
  // Without events, it is also read again with the focus.
  await fail();
  await setHidden(alice, true);
  await setHidden(alice, false);
  await recover();
});

test("a title that is too long leaves the page usable", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice", { viewport: { width: 360, height: 640 } });
  const long = "wide ".repeat(600).trim();
  await alice.page.getByLabel("New task").fill(long);
  await alice.page.keyboard.press("Enter");
  const dismiss = alice.page.getByRole("button", { name: "Dismiss" });
  await dismiss.waitFor();
  const { y, height } = await dismiss.boundingBox();
  assert.ok(y > 320 && y + height <= 640, `at ${y}`);
  await dismiss.click();
  assert.equal(await alice.page.getByLabel("New task").inputValue(), long);
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

test("a key held down acts once", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Draft");
  const keys = alice.page.keyboard;
  const hold = async (key) => {
    for (let times = 0; times < 3; times++) await keys.down(key);
    await keys.up(key);
  };
  await alice.page.getByRole("heading", { name: "Your tasks" }).click();
  await hold("n");
  assert.equal(await alice.page.getByLabel("New task").inputValue(), "");
  await keys.press("n");
  assert.equal(await alice.page.getByLabel("New task").inputValue(), "n");
  await alice.checkbox("Draft").focus();
  await keys.down("e");
  const title = alice.page.getByRole("dialog").getByLabel("Title").and(alice.page.locator(":enabled"));
  await title.focus();
  await hold("e");
  assert.equal(await title.inputValue(), "Draft");
  await hold("x");
  assert.equal(await title.inputValue(), "Draftxxx");
});

test("a rejected form moves the focus to the field to correct", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Draft");
  const dialog = await alice.openEditor("Draft");
  await dialog.getByLabel("Title").fill("x".repeat(201));
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.locator("[aria-invalid=true]:focus").waitFor();
  await alice.page.keyboard.press("Escape");

  await alice.signOut();
  await alice.page.getByLabel("E-mail").fill(alice.email);
  await alice.page.getByLabel("Password").fill("not the password");
  await alice.page.getByRole("button", { name: "Sign in" }).click();
  await alice.page.getByRole("main").getByRole("alert").waitFor();
  assert.equal(await alice.page.evaluate(() => document.activeElement?.textContent), "Sign in");
});
