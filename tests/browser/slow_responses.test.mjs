// Responses that are slow, or never arrive.

import assert from "node:assert/strict";
import { test } from "node:test";

import { holdNext, takeNext } from "./network.mjs";
import { startContext } from "./context.mjs";
import { until } from "./user.mjs";

const WRITES = "**/tasks/bulk";
const FEED = "**/tasks/changes*";

/** The titles of all tasks of the API, in their manual order. */
const titles = async (user) => (await user.tasksOfApi()).map(({ title }) => title);

/** Executes the next write, and loses its response. Returns the requests that follow, and the lost one first. */
async function loseNext(page) {
  const requests = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/tasks/bulk")) requests.push([request.headers()["idempotency-key"], request.postData()]);
  });
  const { taken } = await takeNext(page, "POST", WRITES, async (route) => {
    const response = await route.fetch();
    await route.abort();
    return response.status();
  });
  return { requests, taken };
}

test("a write whose response is lost is executed once", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  const added = await loseNext(alice.page);
  await alice.type("Draft");
  assert.equal(await added.taken, 200);
  await alice.outage().waitFor();
  await alice.saved();
  assert.deepEqual(added.requests[1], added.requests[0]);
  assert.equal(added.requests.length, 2);

  const edited = await loseNext(alice.page);
  await alice.openEditor("Draft");
  await alice.fill({ title: "Saved at once" });
  await alice.editor().getByRole("button", { name: "Done" }).click();
  assert.equal(await edited.taken, 200);
  await alice.saved();
  assert.deepEqual(edited.requests[1], edited.requests[0]);
  await alice.expectTasks(["Saved at once"]);
  assert.equal(await alice.page.getByText(/needs a decision|could not be saved/).count(), 0);
  const [task, ...others] = await alice.tasksOfApi();
  assert.deepEqual([task.title, others], ["Saved at once", []]);
  const { changes } = await alice.request("GET", "/tasks/changes");
  assert.equal(changes.length, 1);
});

test("a write that may be executed is not repeated by a reload", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  const lost = await loseNext(alice.page);
  await alice.type("Draft");
  assert.equal(await lost.taken, 200);
  await alice.page.reload();
  await alice.ready();
  await alice.saved();
  await alice.expectTasks(["Draft"]);
  assert.deepEqual(await titles(alice), ["Draft"]);
  assert.equal(new Set(lost.requests.map(([key]) => key)).size, 1);
});

test("a slow save delays no further change", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Draft");
  const { arrived, release } = await holdNext(alice.page, "POST", WRITES);
  await alice.openEditor("Draft");
  await alice.fill({ title: "Long thought about" });
  await alice.editor().getByLabel("Title").press("Enter");
  await alice.editor().waitFor({ state: "detached" });
  await arrived;
  await alice.expectTasks(["Long thought about"]);

  // While the first one is not saved: neither Escape nor the failure loses what was typed.
  await alice.openEditor("Long thought about");
  await alice.fill({ description: "and even longer" });
  await alice.page.keyboard.press("Escape");
  await alice.editor().waitFor({ state: "detached" });
  await alice.type("Another one");
  release("abort");
  await alice.saved();
  await alice.expectTasks(["Another one", "Long thought about"]);
  const stored = await alice.tasksOfApi();
  assert.deepEqual(
    stored.map(({ title, description }) => [title, description]),
    [["Another one", null], ["Long thought about", "and even longer"]],
  );
});

test("what is read during a change does not undo it", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Ticked");
  const reading = await holdNext(alice.page, "GET", FEED);
  await alice.request("POST", "/tasks", { title: "Written elsewhere" });
  await reading.arrived;
  const writing = await holdNext(alice.page, "POST", WRITES);
  await alice.checkbox("Ticked").click();
  reading.release("continue");
  await alice.expectTasks(["Written elsewhere"]);
  for (const view of ["Inbox", "All tasks"]) {
    await alice.view(view);
    await alice.expectTasks(["Written elsewhere"]);
  }
  // The server renders it as it was.
  await writing.arrived;
  await alice.page.reload();
  await alice.ready();
  await alice.expectTasks(["Written elsewhere"]);
  await alice.saved();
  writing.release("abort");
  const stored = await alice.tasksOfApi();
  assert.deepEqual(stored.map(({ title, completed }) => [title, completed]), [["Written elsewhere", false], ["Ticked", true]]);
});

test("changes before all tasks are loaded are kept", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  for (let first = 0; first < 1200; first += 400) {
    const operations = Array.from({ length: 400 }, (_, index) => ({ op: "create", task: { title: `Task ${first + index}` } }));
    await alice.request("POST", "/tasks/bulk", { operations });
  }
  const other = await device(alice);
  await other.signOut();
  // The last page of all tasks: the first ones come from the server of the application.
  const { arrived, release } = await holdNext(other.page, "GET", /\/tasks\/changes\?.*since=/);
  await other.page.goto("/sign-in");
  await other.page.getByLabel("E-mail").fill(other.email);
  await other.page.getByLabel("Password").fill(other.password);
  await other.page.getByRole("button", { name: "Sign in" }).click();
  await arrived;
  await other.checkbox("Task 1199").click();
  await other.task("Task 1199").waitFor({ state: "detached" });
  await other.type("Typed meanwhile");
  release("continue");
  await other.saved();
  await other.ready();
  await other.task("Typed meanwhile").waitFor();
  await other.page.getByText("1,200 tasks", { exact: true }).waitFor();
  const stored = await alice.tasksOfApi();
  assert.deepEqual(stored.slice(0, 3).map(({ title, completed }) => [title, completed]), [
    ["Typed meanwhile", false],
    ["Task 1199", true],
    ["Task 1198", false],
  ]);
  const all = await alice.request("GET", "/tasks?sort=position&limit=1000&status=completed");
  assert.deepEqual(all.map(({ title }) => title), ["Task 1199"]);
});

test("several additions that failed are all kept", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  const input = alice.page.getByLabel("New task");
  const first = await holdNext(alice.page, "POST", WRITES);
  for (const title of ["First", "Second"]) {
    await input.fill(title);
    await alice.page.keyboard.press("Enter");
  }
  await input.fill("Third");
  await first.arrived;
  const second = await holdNext(alice.page, "POST", WRITES);
  first.release("abort");
  await second.arrived;
  await alice.expectTasks(["Second", "First"]);
  second.release("abort");
  await alice.saved();
  assert.equal(await input.inputValue(), "Third");
  await alice.expectTasks(["Second", "First"]);
  assert.deepEqual(await titles(alice), ["Second", "First"]);
});

test("a response does not move the focus back into the list", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  for (const title of ["Other", "Ticked"]) await alice.add(title);
  const { arrived, release } = await holdNext(alice.page, "POST", WRITES);
  await alice.checkbox("Ticked").click();
  await arrived;
  await alice.page.getByRole("heading", { level: 1 }).click();
  release("continue");
  await alice.saved();
  await alice.expectTasks(["Other"]);
  assert.equal(await alice.page.evaluate(() => document.activeElement?.closest("li")), null);
});

test("text typed before hydration is not lost", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  for (const title of ["Milk", "Bread"]) await alice.add(title);
  let release = () => {};
  const released = new Promise((resolve) => (release = resolve));
  await alice.page.route("**/_next/static/**/*.js", async (route) => {
    await released;
    await route.continue();
  });
  await alice.page.reload({ waitUntil: "commit" });
  await alice.search("milk");
  await alice.page.getByLabel("New task").fill("Buttermilk");
  release();
  await alice.expectTasks(["Milk"]);
  assert.equal(await alice.page.getByRole("searchbox").inputValue(), "milk");
  assert.equal(await alice.page.getByLabel("New task").inputValue(), "Buttermilk");
  await alice.page.getByLabel("New task").press("Enter");
  await alice.expectTasks(["Buttermilk", "Milk"]);
  await alice.saved();
  await until("the API has all", async () => (await titles(alice)).join() === "Buttermilk,Bread,Milk");
});

test("a sign-out without a response can be tried again", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.page.route("**/api/auth/sign-out", () => {});
  await alice.page.getByRole("button", { name: "Sign out" }).click();
  await alice.page.getByRole("status").getByText("Signing out …").waitFor();
  await alice.page.getByRole("alert").getByText("Signing out did not work.").waitFor();
  await alice.page.unroute("**/api/auth/sign-out");
  await alice.page.getByRole("button", { name: "Try again" }).click();
  await alice.page.getByRole("button", { name: "Sign in" }).waitFor();
});
