// The manual order of tasks: by drag, by keys and by the buttons of the editor.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startContext } from "./context.mjs";
import { takeNext } from "./network.mjs";
import { until } from "./user.mjs";

/** Moves a task with the keys, as often as keys are given. @param {import("./user.mjs").User} user @param {string} title @param {string[]} keys */
async function move(user, title, ...keys) {
  await user.checkbox(title).focus();
  for (const key of keys) await user.page.keyboard.press(`Alt+${key}`);
}

const hasFocus = (user, title) =>
  until(`${title} has the focus`, () => user.checkbox(title).evaluate((box) => box === document.activeElement));

test("tasks are moved by keys and buttons, and stay there", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  for (const title of ["Third", "Second", "First"]) await alice.add(title);
  const other = await device(alice);
  await move(alice, "Third", "ArrowUp");
  await alice.expectTasks(["First", "Third", "Second"]);
  await hasFocus(alice, "Third");
  await other.expectTasks(["First", "Third", "Second"]);

  let editor = await alice.openEditor("First");
  const button = (where) => editor.getByRole("button", { name: `Move ${where}`, exact: true });
  assert.equal(await button("up").isDisabled(), true);
  await button("down").click();
  await alice.expectTasks(["Third", "First", "Second"]);
  await button("down").click();
  await alice.expectTasks(["Third", "Second", "First"]);
  // The editor remains open, with what is typed.
  await until("it is at the end", () => button("down").isDisabled());
  await button("up").click();
  await alice.page.keyboard.press("Escape");
  await move(alice, "Second", "ArrowUp", "ArrowUp");
  await alice.expectTasks(["Second", "Third", "First"]);
  await move(alice, "Second", "ArrowUp");
  await alice.page.getByText("It is the first task.").waitFor({ state: "attached" });
  await move(alice, "First", "ArrowDown");
  await alice.page.getByText("It is the last task.").waitFor({ state: "attached" });
  await alice.saved();
  await alice.page.reload();
  await alice.ready();
  await alice.expectTasks(["Second", "Third", "First"]);
  await other.expectTasks(["Second", "Third", "First"]);

  // New tasks come first, and a restored one is where it was.
  await alice.add("New");
  await alice.remove("Third");
  await alice.page.getByRole("button", { name: "Undo" }).click();
  await alice.expectTasks(["New", "Second", "Third", "First"]);
  await other.expectTasks(["New", "Second", "Third", "First"]);
});

test("tasks are moved by drag, in views of lists and tags", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  for (const title of ["Four #errand", "Three", "Two #errand", "One #errand"]) {
    await alice.page.getByLabel("New task").fill(title);
    await alice.page.keyboard.press("Enter");
    await alice.task(title.split(" ")[0]).waitFor();
  }
  const other = await device(alice);
  await alice.dismissNotices();
  await drag(alice, "Four", "One", "top");
  await alice.expectTasks(["Four", "One", "Two", "Three"]);
  await drag(alice, "Four", "Two", "bottom");
  await alice.expectTasks(["One", "Two", "Four", "Three"]);
  await other.expectTasks(["One", "Two", "Four", "Three"]);

  // A view shows its part of the order.
  await alice.view("errand");
  await alice.expectTasks(["One", "Two", "Four"]);
  await drag(alice, "One", "Four", "bottom");
  await alice.expectTasks(["Two", "Four", "One"]);
  await move(alice, "Four", "ArrowUp");
  await alice.expectTasks(["Four", "Two", "One"]);
  await alice.view("All tasks");
  await alice.expectTasks(["Four", "Two", "One", "Three"]);
  await other.expectTasks(["Four", "Two", "One", "Three"]);

  // What is found, and what is sorted by the due date, is not moved.
  await alice.search("o");
  await alice.expectTasks(["Four", "Two", "One"]);
  await move(alice, "One", "ArrowUp");
  const editor = await alice.openEditor("One");
  assert.equal(await editor.getByRole("button", { name: /^Move/ }).count(), 0);
  await alice.page.keyboard.press("Escape");
  await alice.search("");
  await alice.expectTasks(["Four", "Two", "One", "Three"]);
});

test("moves without a network show at once, and are sent later", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  for (const title of ["Fourth", "Third", "Second", "First"]) await alice.add(title);
  const other = await device(alice);
  await alice.context.setOffline(true);
  await move(alice, "Third", "ArrowUp", "ArrowUp");
  await alice.expectTasks(["Third", "First", "Second", "Fourth"]);
  await hasFocus(alice, "Third");
  await alice.page.getByText("Moved before First.").waitFor({ state: "attached" });
  // Also after the page was loaded again, and next to a task that is deleted elsewhere.
  await move(alice, "Fourth", "ArrowUp");
  await alice.expectTasks(["Third", "First", "Fourth", "Second"]);
  await alice.page.getByText("Offline: 3 changes are kept on this device").waitFor();
  await other.remove("Second");
  await other.edit("First", { title: "First of all" });
  await alice.context.setOffline(false);
  await alice.saved();
  // The move next to the deleted task has no place to go to; the others remain.
  for (const device of [alice, other]) await device.expectTasks(["Third", "First of all", "Fourth"]);
  assert.equal(await alice.page.getByRole("button", { name: "Decide" }).count(), 0);
});

test("tasks that move while they are loaded are complete", async (t) => {
  const { user, origin, apiUrl } = await startContext(t);
  const alice = await user("Alice");
  const { token } = await (await alice.page.request.get(`${origin}/api/auth/token`)).json();
  const send = async (path, data) => {
    const response = await alice.page.request.post(`${apiUrl}/api/tasks${path}`, { headers: { Authorization: `Bearer ${token}` }, data });
    assert.ok(response.ok(), await response.text());
    return response.json();
  };
  await alice.context.setOffline(true);
  const ids = [];
  for (const part of [0, 1, 2]) {
    const operations = Array.from({ length: 400 }, (_, index) => ({ op: "create", task: { title: `Task ${part * 400 + index}` } }));
    const { results } = await send("/bulk", { operations });
    for (const { task } of results) ids.unshift(task.id);
  }
  const second = await takeNext(alice.page, "GET", /\/tasks\/changes\?.*since=/, async (route) => {
    // Elsewhere, the last task moves to the beginning.
    await send(`/${ids.at(-1)}/move`, { before: ids[3] });
    await route.continue();
  });
  await alice.context.setOffline(false);
  await second.taken;
  await alice.page.getByText("1,200 tasks", { exact: true }).waitFor();
  const first = alice.page.getByRole("list", { name: "Tasks", exact: true }).getByRole("checkbox");
  const expected = ["Task 1199", "Task 1198", "Task 1197", "Task 0", "Task 1196"];
  await until("the moved task is where it belongs", async () => {
    const titles = await first.evaluateAll((all) => all.slice(0, 5).map((box) => box.getAttribute("aria-label")));
    return JSON.stringify(titles) === JSON.stringify(expected);
  });
  await alice.page.locator("li[aria-setsize='1200']").first().waitFor();
});

/** Drags a task to the upper or lower edge of another one. */
async function drag(user, title, target, edge) {
  const row = user.task(target);
  const { width, height } = await row.boundingBox();
  await user.task(title).dragTo(row, { targetPosition: { x: width / 2, y: edge === "top" ? 4 : height - 4 } });
}
