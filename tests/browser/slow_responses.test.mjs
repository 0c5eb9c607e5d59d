// Responses that are slow, or never arrive.

import assert from "node:assert/strict";
import { test } from "node:test";

import { holdNext, takeNext } from "./network.mjs";
import { startContext } from "./context.mjs";

test("a save whose response is lost is not a conflict", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Draft");
  const dialog = await alice.openEditor("Draft");
  await dialog.getByLabel("Title").fill("Saved at once");
  const lost = await takeNext(alice.page, "PATCH", "**/tasks/**", async (route) => {
    const response = await route.fetch();
    await route.abort();
    return response.status();
  });
  await dialog.getByRole("button", { name: "Save" }).click();
  assert.equal(await lost.taken, 200);
  await dialog.getByRole("alert").waitFor();
  const rejected = alice.nextResponse("PATCH");
  await dialog.getByRole("button", { name: "Save" }).click();
  assert.equal((await rejected).status(), 412);
  await dialog.waitFor({ state: "hidden" });
  await alice.expectTasks(["Saved at once"]);
  assert.equal(await alice.page.getByText(/changed elsewhere/).count(), 0);
});

test("a slow save keeps the dialog open", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Draft");
  const dialog = await alice.openEditor("Draft");
  await dialog.getByLabel("Title").fill("Long thought about");
  const { arrived, release } = await holdNext(alice.page, "PATCH");
  await dialog.getByLabel("Title").press("Enter");
  await arrived;
  for (let times = 0; times < 3; times++) await alice.page.keyboard.press("Escape");
  await dialog.getByRole("button", { name: "Cancel" }).click({ force: true });
  assert.equal(await dialog.getByLabel("Title").getAttribute("readonly"), "");
  release("abort");
  await dialog.getByRole("alert").waitFor();
  assert.equal(await dialog.getByLabel("Title").inputValue(), "Long thought about");
  await dialog.getByRole("button", { name: "Save" }).click();
  await alice.expectTasks(["Long thought about"]);
});

test("a list read during a change does not undo it", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Ticked");
  const { arrived, release } = await holdNext(alice.page, "PATCH");
  await alice.checkbox("Ticked").click();
  await arrived;
  for (const [which, seen] of [["Done", ["Ticked"]], ["To do", []], ["All", ["Ticked"]]]) {
    const read = alice.nextResponse("GET");
    await alice.filter(which);
    await read;
    await alice.expectTasks(seen);
  }
  assert.equal(await alice.checkbox("Ticked").isChecked(), true);
  release("continue");
});

test("a next page interrupted by a change still arrives", async (t) => {
  const { user, origin, apiUrl } = await startContext(t);
  const alice = await user("Alice");
  const { token } = await (await alice.page.request.get(`${origin}/api/auth/token`)).json();
  for (let count = 0; count < 55; count++) {
    const headers = { Authorization: `Bearer ${token}` };
    const { sub } = JSON.parse(atob(token.split(".")[1]));
    const response = await alice.page.request.post(`${apiUrl}/api/${sub}/tasks`, { headers, data: { title: `Task ${count}` } });
    assert.equal(response.status(), 201);
  }
  await alice.page.reload();
  await alice.ready();
  const { arrived, release } = await holdNext(alice.page, "GET", /cursor=/);
  await alice.page.getByRole("button", { name: "Load more" }).click();
  await arrived;
  await alice.complete("Task 54");
  release("continue");
  await alice.checkbox("Task 0").waitFor();
  assert.equal(await alice.checkbox("Task 54").isChecked(), true);
});

test("several failed additions are all kept", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  const input = alice.page.getByLabel("New task");
  const first = await holdNext(alice.page, "PUT", "**/tasks/**");
  for (const title of ["First", "Second"]) {
    await input.fill(title);
    await alice.page.keyboard.press("Enter");
  }
  await input.fill("Third");
  const second = await holdNext(alice.page, "PUT", "**/tasks/**");
  await first.arrived;
  first.release("abort");
  await second.arrived;
  second.release("abort");
  const kept = alice.page.getByRole("list", { name: "Not added" });
  for (const title of ["First", "Second"]) {
    const row = kept.getByRole("listitem").filter({ hasText: title });
    await row.getByRole("button", { name: "Try again" }).click();
    await alice.checkbox(title).and(alice.page.locator(":enabled")).waitFor();
  }
  assert.equal(await input.inputValue(), "Third");
  assert.equal(await kept.count(), 0);
});

test("a response does not move the focus back into the list", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Ticked");
  const { arrived, release } = await holdNext(alice.page, "PATCH");
  await alice.checkbox("Ticked").click();
  await arrived;
  await alice.page.getByRole("heading", { name: "Your tasks" }).click();
  const saved = alice.nextResponse("PATCH");
  release("continue");
  await saved;
  await alice.filter("To do");
  await alice.page.getByRole("heading", { name: "Your tasks" }).click();
  await alice.page.getByText("No task matches").waitFor();
  await alice.filter("All");
  await alice.expectTasks(["Ticked"]);
  assert.equal(await alice.page.evaluate(() => document.activeElement?.closest("li")), null);
});

test("text typed before hydration is searched afterwards", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Milk");
  await alice.add("Bread");
  let release = () => {};
  const released = new Promise((resolve) => (release = resolve));
  await alice.page.route("**/_next/static/**/*.js", async (route) => {
    await released;
    await route.continue();
  });
  await alice.page.reload({ waitUntil: "commit" });
  await alice.search("milk");
  release();
  await alice.expectTasks(["Milk"]);
  assert.equal(await alice.page.getByRole("searchbox").inputValue(), "milk");
});
