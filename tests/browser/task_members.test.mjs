// Due date, priority and tags of tasks, the filters by them, and the way back from a deletion.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startContext } from "./context.mjs";
import { takeNext } from "./network.mjs";
import { dayFromToday, until } from "./user.mjs";

const NEW_YORK = { timezoneId: "America/New_York" };

/** The task as the API has it. */
async function stored(user, title) {
  const response = await user.page.request.get("/tasks/export");
  return (await response.json()).find((task) => task.title === title);
}

test("due date, priority and tags are edited, shown and cleared", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice", NEW_YORK);
  await alice.add("Buy milk");
  await alice.edit("Buy milk", { due: "2126-12-24", priority: "urgent", tags: "Errands, home,, ERRANDS" });
  const shown = alice.task("Buy milk");
  for (const text of ["Due Dec 24, 2126", "Urgent"]) await shown.getByText(text).waitFor();
  await shown.getByRole("button", { name: "Errands: show" }).waitFor();
  const { due_date, priority, tags } = await stored(alice, "Buy milk");
  assert.deepEqual([due_date, priority, tags], ["2126-12-24", "urgent", ["Errands", "home"]]);

  // A time is one of the browser's time zone.
  await alice.edit("Buy milk", { time: "18:30" });
  await shown.getByText("Due Dec 24, 2126, 6:30 PM").waitFor();
  assert.equal((await stored(alice, "Buy milk")).due_date, "2126-12-24T23:30:00.000Z");
  await alice.page.reload();
  await alice.ready();
  await shown.getByText("6:30 PM").waitFor();
  const dialog = await alice.openEditor("Buy milk");
  assert.deepEqual(await dialog.locator("input").evaluateAll((inputs) => inputs.map(({ value }) => value)), [
    "Buy milk",
    "2126-12-24",
    "18:30",
    "Errands, home",
  ]);
  await alice.page.keyboard.press("Escape");
  await alice.edit("Buy milk", { description: "two litres" });
  assert.equal((await stored(alice, "Buy milk")).due_date, "2126-12-24T23:30:00.000Z");

  await alice.edit("Buy milk", { due: "", priority: "medium", tags: " " });
  await until("nothing of it is shown", async () => !/Due|Urgent|Errands/.test(await shown.innerText()));
  const cleared = await stored(alice, "Buy milk");
  assert.deepEqual([cleared.due_date, cleared.priority, cleared.tags], [null, "medium", []]);
});

test("rejected members show their errors at their fields", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Buy milk");
  const dialog = await alice.openEditor("Buy milk");
  await dialog.getByLabel("Tags").fill("x".repeat(51));
  await dialog.getByRole("button", { name: "Save" }).click();
  const focused = dialog.getByLabel("Tags").and(alice.page.locator("[aria-invalid=true]:focus"));
  await focused.waitFor();
  await dialog.getByText("at most 50 characters").waitFor();
  assert.equal(await dialog.getByRole("alert").count(), 0);
  await dialog.getByLabel("Tags").fill("x");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "hidden" });
});

test("tasks are filtered by due date, priority and tag", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  for (const title of ["None", "Later", "Soon", "Today", "Late"]) await alice.add(title);
  await alice.edit("Later", { due: dayFromToday(40), tags: "work" });
  await alice.edit("Soon", { due: dayFromToday(3), priority: "high", tags: "Work, garden" });
  await alice.edit("Today", { due: dayFromToday(0), priority: "high" });
  await alice.edit("Late", { due: dayFromToday(-1), tags: "garden" });
  await alice.task("Late").getByText("Overdue: yesterday").waitFor();
  await alice.task("Today").getByText("Due today").waitFor();

  for (const [option, titles] of Object.entries({
    Overdue: ["Late"],
    "Due today": ["Today"],
    "Due within 7 days": ["Today", "Soon"],
    "No due date": ["None"],
    "Any due date": ["Late", "Today", "Soon", "Later", "None"],
  })) {
    await alice.filterBy("Due date", option);
    await alice.expectTasks(titles);
    // The same as the API has it, also on the first paint.
    await alice.page.reload();
    await alice.ready();
    await alice.expectTasks(titles);
  }
  await alice.filterBy("Priority", "High");
  await alice.expectTasks(["Today", "Soon"]);
  await alice.filterBy("Tag", "garden");
  await alice.expectTasks(["Soon"]);
  await alice.filterBy("Priority", "Any priority");
  await alice.expectTasks(["Late", "Soon"]);
  await alice.filterBy("Tag", "Any tag");
  await alice.task("Later").getByRole("button", { name: "work: show" }).click();
  await alice.expectTasks(["Soon", "Later"]);
  await alice.page.reload();
  await alice.expectTasks(["Soon", "Later"]);

  // A task that is done is no longer overdue.
  await alice.filterBy("Tag", "Any tag");
  await alice.filterBy("Due date", "Overdue");
  await alice.checkbox("Late").click();
  await alice.page.getByText("No task matches").waitFor();
  await alice.page.getByRole("button", { name: "Show all" }).click();
  await alice.expectTasks(["Late", "Today", "Soon", "Later", "None"]);
});

test("tags in use are offered", async (t) => {
  const { user } = await startContext(t);
  const [alice, bob] = await Promise.all([user("Alice"), user("Bob")]);
  await bob.add("His");
  await bob.edit("His", { tags: "secret" });
  await alice.add("First");
  await alice.edit("First", { tags: "work, garden" });
  await alice.add("Second");
  const dialog = await alice.openEditor("Second");
  const offered = () => dialog.locator("datalist option").evaluateAll((options) => options.map(({ value }) => value));
  await until("both are offered", async () => (await offered()).join() === "garden,work");
  await dialog.getByLabel("Tags").fill("WORK, g");
  assert.deepEqual(await offered(), ["WORK, garden"]);
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "hidden" });
  // Also in the filter, once they are used.
  const names = () => alice.page.getByRole("main").getByLabel("Tag", { exact: true }).locator("option").allTextContents();
  await until("the new one is offered", async () => (await names()).join() === "Any tag,g,garden,WORK");
});

test("members changed elsewhere are merged, or are in conflict", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Draft");
  const other = await alice.tab();
  const dialog = await alice.openEditor("Draft");
  await other.edit("Draft", { priority: "low", tags: "theirs" });
  await dialog.getByLabel("Tags").fill("mine");
  await dialog.getByLabel("Due date").fill("2126-01-02");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("This task was changed elsewhere").waitFor();
  assert.deepEqual(await dialog.locator("dt", { hasText: "differs" }).allTextContents(), Array(2).fill("Tags differs"));
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await dialog.waitFor({ state: "hidden" });
  const { priority, tags, due_date } = await stored(alice, "Draft");
  assert.deepEqual([priority, tags, due_date], ["low", ["mine"], "2126-01-02"]);
});

test("a deletion can be undone", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  for (const title of ["Third", "Second", "First"]) await alice.add(title);
  await alice.edit("Second", { priority: "high", tags: "kept" });
  const before = await stored(alice, "Second");
  await alice.remove("Second");
  const restored = alice.nextResponse("POST");
  await alice.page.getByRole("button", { name: "Undo" }).click();
  assert.equal((await restored).status(), 200);
  await alice.expectTasks(["First", "Second", "Third"]);
  await until("the task has the focus", () => alice.checkbox("Second").evaluate((box) => box === document.activeElement));
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

test("a deletion that cannot be undone is reported", async (t) => {
  const { user } = await startContext(t, { api: { TASKNOOK_TASKS__TRASH_DAYS: "0" } });
  const alice = await user("Alice");
  await alice.add("Gone");
  await alice.remove("Gone");
  await alice.page.getByRole("button", { name: "Undo" }).click();
  await alice.page.getByText("“Gone” was not restored.").waitFor();
  await alice.page.getByText("Nothing to do yet").waitFor();
});

test("a task whose response is lost is created once", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  const input = alice.page.getByLabel("New task");
  await input.fill("Once");
  const lost = await takeNext(alice.page, "PUT", "**/tasks/**", async (route) => {
    const response = await route.fetch();
    await route.abort();
    return response.status();
  });
  await alice.page.keyboard.press("Enter");
  assert.equal(await lost.taken, 201);
  await until("the text is back", async () => (await input.inputValue()) === "Once");
  const again = alice.nextResponse("PUT");
  await input.press("Enter");
  assert.equal((await again).status(), 412);
  await until("it was accepted", async () => (await input.inputValue()) === "");
  await alice.expectTasks(["Once"]);
  await alice.page.reload();
  await alice.expectTasks(["Once"]);
  // Another task may have the same title.
  await alice.add("Twice");
  await input.fill("Twice");
  const second = alice.nextResponse("PUT");
  await input.press("Enter");
  assert.equal((await second).status(), 201);
  await alice.expectTasks(["Twice", "Twice", "Once"]);
});
