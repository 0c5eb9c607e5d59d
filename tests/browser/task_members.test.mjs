// Due date, priority and tags of tasks, the views of them, quick add, and the way back from a deletion.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startContext } from "./context.mjs";
import { createLists } from "./list-steps.mjs";
import { takeNext } from "./network.mjs";
import { dayFromToday, until } from "./user.mjs";

const NEW_YORK = { timezoneId: "America/New_York" };

/** The task as the API has it. */
async function stored(user, title) {
  const response = await user.page.request.get("/tasks/export");
  return (await response.json()).find((task) => task.title === title);
}

/** The button of a tag in the row of a task. */
const tagOf = (row, tag) => row.getByRole("button", { name: `${tag}: show tasks with this tag`, exact: true });

test("due date, priority and tags are edited, shown and cleared", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice", NEW_YORK);
  await alice.add("Buy milk");
  await alice.edit("Buy milk", { due: "2126-12-24", priority: "urgent", tags: "Errands, home,, ERRANDS" });
  const shown = alice.task("Buy milk");
  await shown.getByText("Dec 24, 2126", { exact: true }).waitFor();
  await shown.getByText("Urgent", { exact: true }).waitFor({ state: "attached" });
  await tagOf(shown, "Errands").waitFor();
  const { due_date, priority, tags } = await stored(alice, "Buy milk");
  assert.deepEqual([due_date, priority, tags], ["2126-12-24", "urgent", ["Errands", "home"]]);

  // A time is one of the browser's time zone.
  await alice.edit("Buy milk", { time: "18:30" });
  await shown.getByText("Dec 24, 2126, 6:30 PM").waitFor();
  assert.equal((await stored(alice, "Buy milk")).due_date, "2126-12-24T23:30:00.000Z");
  await alice.page.reload();
  await alice.ready();
  await shown.getByText("6:30 PM").waitFor();
  const editor = await alice.openEditor("Buy milk");
  const values = { Title: "Buy milk", "Due date": "2126-12-24", Time: "18:30", Priority: "urgent", Tags: "Errands, home" };
  for (const [label, value] of Object.entries(values)) assert.equal(await editor.getByLabel(label).inputValue(), value);
  await alice.page.keyboard.press("Escape");
  await alice.edit("Buy milk", { description: "two litres" });
  assert.equal((await stored(alice, "Buy milk")).due_date, "2126-12-24T23:30:00.000Z");

  await alice.edit("Buy milk", { due: "", priority: "medium", tags: " " });
  await until("nothing of it is shown", async () => !/2126|Urgent|Errands/.test((await shown.textContent()) ?? ""));
  const cleared = await stored(alice, "Buy milk");
  assert.deepEqual([cleared.due_date, cleared.priority, cleared.tags], [null, "medium", []]);

  // The priority has keys.
  await alice.checkbox("Buy milk").focus();
  await alice.page.keyboard.press("2");
  await shown.getByText("High priority").waitFor({ state: "attached" });
  await alice.saved();
  assert.equal((await stored(alice, "Buy milk")).priority, "high");
});

test("quick add reads date, time, tags, priority and list", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice", NEW_YORK);
  await createLists(alice, ["House work"]);
  await alice.page.getByLabel("New task").fill("Water plants tomorrow 9am #home !high @house");
  const recognized = alice.page.getByRole("list", { name: "Recognized" });
  for (const name of [/^Due date: /, /^Tag: ?home/, /^Priority: ?High/, /^List: ?House work/]) {
    await recognized.getByRole("button", { name }).waitFor();
  }
  await alice.page.getByRole("button", { name: "Add", exact: true }).click();
  const shown = alice.task("Water plants");
  await shown.getByText("Tomorrow, 9:00 AM").waitFor();
  await tagOf(shown, "home").waitFor();
  await shown.getByText("High priority").waitFor({ state: "attached" });
  await shown.getByText("House work", { exact: true }).waitFor();
  await alice.saved();
  const tomorrow = await alice.page.evaluate(() => {
    const now = new Date();
    return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9).toISOString();
  });
  const { due_date, priority, tags } = await stored(alice, "Water plants");
  assert.deepEqual([due_date, priority, tags], [tomorrow, "high", ["home"]]);

  // A part that is turned back into text is one of the title.
  await alice.page.getByLabel("New task").fill("Read the tag #home");
  await recognized.getByRole("button", { name: /^Tag: ?home/ }).click();
  await alice.page.getByRole("button", { name: "Add", exact: true }).click();
  await alice.task("Read the tag #home").waitFor();
  const other = await device(alice);
  await other.view("home");
  await other.expectTasks(["Water plants"]);
  await other.view("House work");
  await other.expectTasks(["Water plants"]);
});

test("rejected members show their errors at their fields", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Buy milk");
  const editor = await alice.openEditor("Buy milk");
  await editor.getByLabel("Tags").fill("x".repeat(51));
  await editor.getByRole("button", { name: "Done" }).click();
  await editor.getByLabel("Tags").and(alice.page.locator("[aria-invalid=true]:focus")).waitFor();
  await editor.getByText("A tag has at most 50 characters.").waitFor();
  await editor.getByLabel("Tags").fill("x");
  await editor.getByRole("button", { name: "Done" }).click();
  await editor.waitFor({ state: "detached" });
  await tagOf(alice.task("Buy milk"), "x").waitFor();
});

test("tasks are in the views of their due dates and tags", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  for (const title of ["None", "Later", "Soon", "Today", "Late"]) await alice.add(title);
  await alice.edit("Later", { due: dayFromToday(40), tags: "work" });
  await alice.edit("Soon", { due: dayFromToday(3), priority: "high", tags: "Work, garden" });
  await alice.edit("Today", { due: dayFromToday(0), priority: "high" });
  await alice.edit("Late", { due: dayFromToday(-1), tags: "garden" });
  await alice.task("Late").getByText("Overdue: yesterday").waitFor();
  await alice.task("Today").locator("time").getByText("Today", { exact: true }).waitFor();
  const links = alice.page.getByRole("navigation", { name: "Views" });
  await links.getByRole("link", { name: "Today 1 overdue, 2 open tasks", exact: true }).waitFor();

  await alice.edit("Soon", { time: "00:00" });
  for (const [view, titles] of Object.entries({
    Today: ["Late", "Today"],
    "Next 7 days": ["Late", "Today", "Soon"],
    garden: ["Late", "Soon"],
    "All tasks": ["Late", "Today", "Soon", "Later", "None"],
  })) {
    await alice.view(view);
    await alice.expectTasks(titles);
    await alice.page.reload();
    await alice.ready();
    await alice.expectTasks(titles);
  }
  await tagOf(alice.task("Later"), "work").click();
  await alice.expectTasks(["Soon", "Later"]);
  await alice.search("soon");
  await alice.expectTasks(["Soon"]);
  await alice.search("late again");
  await alice.page.getByText("No task matches.").waitFor();
  await alice.page.getByRole("button", { name: "Clear the search" }).click();
  await alice.expectTasks(["Soon", "Later"]);

  // A task without a date is in Today if it is added there. One that is done is no longer overdue.
  await alice.view("Today");
  await alice.add("Now");
  await alice.expectTasks(["Late", "Now", "Today"]);
  await alice.complete("Late");
  await alice.expectTasks(["Now", "Today"]);
  await links.getByRole("link", { name: "Today 2 open tasks", exact: true }).waitFor();
  // One that is due at another time moves.
  await alice.edit("Today", { due: dayFromToday(1) });
  await alice.expectTasks(["Now"]);
  await alice.view("Next 7 days");
  await alice.expectTasks(["Now", "Today", "Soon"]);
});

test("tags in use are offered", async (t) => {
  const { user } = await startContext(t);
  const [alice, bob] = await Promise.all([user("Alice"), user("Bob")]);
  await bob.add("His");
  await bob.edit("His", { tags: "secret" });
  await alice.add("First");
  await alice.edit("First", { tags: "work, garden" });
  await createLists(alice, ["Home"]);
  // Also those of tasks that are in other views.
  await alice.view("Home");
  await alice.add("Second");
  const editor = await alice.openEditor("Second");
  const offered = () => editor.locator("datalist option").evaluateAll((options) => options.map(({ value }) => value));
  assert.deepEqual((await offered()).sort(), ["garden", "work"]);
  await editor.getByLabel("Tags").fill("WORK, g");
  assert.deepEqual(await offered(), ["WORK, garden"]);
  await editor.getByRole("button", { name: "Done" }).click();
  await editor.waitFor({ state: "detached" });
  // Also in the sidebar, where those that differ in case are one.
  const links = alice.page.getByRole("navigation", { name: "Views" });
  for (const name of [/^g 1 open task$/, /^garden 1 open task$/, /^work 2 open tasks$/i]) await links.getByRole("link", { name }).waitFor();
});

test("a deletion can be undone", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  for (const title of ["Third", "Second", "First"]) await alice.add(title);
  await alice.edit("Second", { priority: "high", tags: "kept" });
  const before = await stored(alice, "Second");
  await alice.dismissNotices();
  await alice.remove("Second");
  await alice.page.getByRole("button", { name: "Undo" }).click();
  await alice.expectTasks(["First", "Second", "Third"]);
  await until("the task has the focus", () => alice.task("Second").evaluate((row) => row.contains(document.activeElement)));
  await alice.saved();
  const after = await stored(alice, "Second");
  assert.deepEqual({ ...after, updated_at: 0, revision: 0 }, { ...before, updated_at: 0, revision: 0 });

  // The same with the keyboard, twice.
  await alice.remove("First");
  await alice.remove("Third");
  await alice.expectTasks(["Second"]);
  await alice.page.keyboard.press("u");
  await alice.expectTasks(["Second", "Third"]);
  await alice.page.keyboard.press("u");
  await alice.expectTasks(["First", "Second", "Third"]);
  // What was edited before the deletion can be edited after it.
  await alice.edit("Third", { title: "Third again" });
  await alice.expectTasks(["First", "Second", "Third again"]);
});

test("a deletion without a trash can be undone", async (t) => {
  const { user, device } = await startContext(t, { api: { TASKNOOK_TASKS__TRASH_DAYS: "0" } });
  const alice = await user("Alice");
  await alice.add("Gone");
  await alice.edit("Gone", { description: "a long text", tags: "kept" });
  const other = await device(alice);
  await alice.dismissNotices();
  await alice.remove("Gone");
  await other.expectTasks([]);
  await alice.page.getByRole("button", { name: "Undo" }).click();
  for (const user of [alice, other]) await user.expectTasks(["Gone"]);
  await alice.saved();
  const { description, tags } = await stored(alice, "Gone");
  assert.deepEqual([description, tags], ["a long text", ["kept"]]);
});

test("a task whose response is lost is created once", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  const other = await device(alice);
  const lost = await takeNext(alice.page, "POST", "**/tasks/bulk", async (route) => {
    const response = await route.fetch();
    await route.abort();
    return response.status();
  });
  await alice.type("Once");
  assert.equal(await lost.taken, 200);
  await until("it is sent again", async () => alice.responses.some(({ path }) => path.endsWith("/tasks/bulk")));
  await alice.saved();
  for (const user of [alice, other]) await user.expectTasks(["Once"]);
  await alice.page.reload();
  await alice.ready();
  await alice.expectTasks(["Once"]);
  // Another task may have the same title.
  await alice.add("Twice");
  await alice.page.getByLabel("New task").fill("Twice");
  await alice.page.keyboard.press("Enter");
  for (const user of [alice, other]) await user.expectTasks(["Twice", "Twice", "Once"]);
});
