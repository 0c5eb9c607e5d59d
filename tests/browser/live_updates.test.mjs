// What changes in one browser appears in the other without a reload, a click, or the focus.

import assert from "node:assert/strict";
import { test } from "node:test";

import { holdNext } from "./network.mjs";
import { twoBrowsers } from "./two-browsers.mjs";
import { until } from "./user.mjs";

test("what changes in one browser appears in the other", async (t) => {
  const { alice, other, expectNoReload } = await twoBrowsers(t);
  const draft = other.page.getByLabel("New task");
  await draft.fill("Typed meanwhile");
  for (const title of ["Third", "Second", "First"]) await alice.add(title);
  await other.expectTasks(["First", "Second", "Third"]);
  await alice.edit("Second", { title: "Zweite", due: "2126-12-24", tags: "errands" });
  await other.task("Zweite").getByText("Dec 24, 2126").waitFor();
  await other.task("Zweite").getByText("errands", { exact: true }).waitFor();
  await other.expectTasks(["First", "Zweite", "Third"]);
  const views = other.page.getByRole("navigation", { name: "Views" });
  await views.getByRole("link", { name: "errands" }).waitFor();
  await alice.complete("Zweite");
  await other.expectTasks(["First", "Third"]);
  await other.showCompleted();
  await other.expectCompleted(["Zweite"]);
  await alice.checkbox("Third").focus();
  await alice.page.keyboard.press("Alt+ArrowUp");
  await other.expectTasks(["Third", "First"]);
  const list = await alice.request("POST", "/lists", { name: "Home" });
  await views.getByRole("link", { name: "Home" }).waitFor();
  const [{ id, revision }] = await alice.tasksOfApi();
  const move = { op: "update", id, if_match: revision, task: { list_id: list.id } };
  await alice.request("POST", "/tasks/bulk", { operations: [move] });
  await other.task("Third").getByText("Home", { exact: true }).waitFor();
  await alice.remove("First");
  await other.expectTasks(["Third"]);
  await alice.page.getByRole("status").getByRole("button", { name: "Undo" }).first().click();
  await other.expectTasks(["Third", "First"]);
  // The other way.
  await draft.press("Enter");
  await alice.expectTasks(["Typed meanwhile", "Third", "First"]);
  await expectNoReload();
});

test("editors, the focus and pending changes are not disturbed", async (t) => {
  const { alice, other, expectNoReload } = await twoBrowsers(t);
  for (const title of ["Ticked", "Draft", "Last"]) await alice.add(title);
  await other.expectTasks(["Last", "Draft", "Ticked"]);
  const title = (await other.openEditor("Draft")).getByLabel("Title");
  await title.fill("Mine");
  await alice.edit("Draft", { title: "Theirs" });
  await alice.edit("Last", { title: "Changed as well" });
  await other.task("Changed as well").waitFor();
  assert.deepEqual(await title.evaluate((input) => [input.value, input === document.activeElement]), ["Mine", true]);
  await title.press("Enter");
  await decide(other, "This task was changed elsewhere", "Keep mine");
  await alice.expectTasks(["Changed as well", "Mine", "Ticked"]);
  await other.expectTasks(["Changed as well", "Mine", "Ticked"]);

  // A change that the API has not received yet stays on the page.
  const { arrived, release } = await holdNext(other.page, "POST", "**/tasks/bulk");
  await other.checkbox("Ticked").click();
  await arrived;
  await alice.add("New");
  await other.expectTasks(["Changed as well", "Mine"]);
  release("abort");
  await other.expectTasks(["New", "Changed as well", "Mine"]);
  await alice.expectTasks(["New", "Changed as well", "Mine"]);

  // A task that is deleted elsewhere does not take along what is typed into its editor.
  await other.openEditor("Mine");
  await other.fill({ description: "a long text" });
  await alice.remove("Mine");
  await decide(other, "This task was deleted elsewhere", "Keep the task");
  await alice.task("Mine").waitFor();
  await other.saved();
  const kept = (await alice.tasksOfApi()).filter(({ title }) => title === "Mine");
  assert.deepEqual(kept.map(({ description }) => description), ["a long text"]);
  await expectNoReload();
});

/** Answers the conflict that is there. */
async function decide({ page }, question, answer) {
  await page.getByRole("button", { name: "Decide" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText(question).waitFor();
  await dialog.getByRole("button", { name: answer }).click();
  await dialog.waitFor({ state: "detached" });
}

test("what changes in one tab appears in the other at once", async (t) => {
  const { alice, other } = await twoBrowsers(t);
  const tab = await other.tab();
  // Without the API: the tabs share what is on the device.
  const { arrived, release } = await holdNext(other.page, "POST", "**/tasks/bulk");
  await other.type("Typed here");
  await arrived;
  await tab.expectTasks(["Typed here"]);
  await tab.checkbox("Typed here").click();
  await other.expectTasks([]);
  release("continue");
  for (const one of [other, tab]) await one.saved();
  const stored = await alice.tasksOfApi();
  assert.deepEqual(stored.map(({ title, completed }) => [title, completed]), [["Typed here", true]]);
  await alice.showCompleted();
  await alice.expectCompleted(["Typed here"]);
});

test("a burst of changes is loaded together", async (t) => {
  const { other } = await twoBrowsers(t);
  const read = countReads(other.page);
  const operations = Array.from({ length: 100 }, (_, number) => ({ op: "create", task: { title: `Task ${number}` } }));
  await other.request("POST", "/tasks/bulk", { operations });
  await other.checkbox("Task 99").waitFor();
  await until("all are there", async () => (await other.page.getByText("100 tasks", { exact: true }).count()) === 1);
  assert.ok(read() < 20, `${read()} reads`);
});

test("own changes cause at most one read each", async (t) => {
  const { alice, other } = await twoBrowsers(t);
  const read = countReads(other.page);
  const titles = Array.from({ length: 10 }, (_, number) => `Task ${number}`);
  for (const title of titles) await other.add(title);
  await alice.expectTasks(titles.toReversed());
  // One more when the stream is ready, and one for the last event.
  assert.ok(read() <= titles.length + 2, `${read()} reads`);
});

/** Counts the reads of changes from now on. */
function countReads(page) {
  let reads = 0;
  page.on("request", (request) => void (reads += request.method() === "GET" && request.url().includes("/tasks/changes") ? 1 : 0));
  return () => reads;
}
