// The manual order of tasks.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startContext } from "./context.mjs";
import { holdNext } from "./network.mjs";
import { until } from "./user.mjs";

/** @param {import("./user.mjs").User} user @param {string} title @param {"up" | "down"} where */
async function move(user, title, where) {
  const moved = user.nextResponse("POST");
  await user.page.getByRole("button", { name: `Move ${title} ${where}`, exact: true }).click();
  assert.equal((await moved).status(), 200);
}

test("tasks are moved up and down, and stay there", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  for (const title of ["Third", "Second", "First"]) await alice.add(title);
  const other = await alice.tab();
  await move(alice, "Third", "up");
  await alice.expectTasks(["First", "Third", "Second"]);
  await move(alice, "First", "down");
  await alice.expectTasks(["Third", "First", "Second"]);
  await move(alice, "Second", "up");
  await move(alice, "Second", "up");
  await alice.expectTasks(["Second", "Third", "First"]);
  await alice.page.reload();
  await alice.ready();
  await alice.expectTasks(["Second", "Third", "First"]);
  for (const [title, where] of [["Second", "up"], ["First", "down"]]) {
    const button = alice.page.getByRole("button", { name: `Move ${title} ${where}` });
    assert.equal(await button.getAttribute("aria-disabled"), "true");
  }
  // New tasks come first, and a restored one is where it was.
  await alice.add("New");
  await alice.remove("Third");
  await alice.page.getByRole("button", { name: "Undo" }).click();
  await alice.expectTasks(["New", "Second", "Third", "First"]);
  // A filtered list shows its part of the order.
  await alice.search("r");
  await alice.expectTasks(["Third", "First"]);
  await move(alice, "First", "up");
  await alice.search("");
  await alice.expectTasks(["New", "Second", "First", "Third"]);
  await other.page.reload();
  await other.expectTasks(["New", "Second", "First", "Third"]);
});

test("a move is shown at once, keeps the focus, and is rolled back", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  for (const title of ["Third", "Second", "First"]) await alice.add(title);
  const up = alice.page.getByRole("button", { name: "Move Third up" });
  const { arrived, release } = await holdNext(alice.page, "POST");
  await up.focus();
  await alice.page.keyboard.press("Enter");
  await arrived;
  await alice.expectTasks(["First", "Third", "Second"]);
  await alice.page.keyboard.press("Enter");
  await alice.expectTasks(["Third", "First", "Second"]);
  await until("the button has the focus", () => up.evaluate((button) => button === document.activeElement));
  await alice.page.getByText("“Third” is number 1 of the list.").waitFor({ state: "attached" });
  release("continue");
  await until("both are stored", async () => alice.responses.filter(({ method }) => method === "POST").length === 2);
  await alice.withoutEvents();
  await alice.expectTasks(["Third", "First", "Second"]);

  const other = await alice.tab();
  await other.remove("First");
  await alice.page.getByRole("button", { name: "Move Second up" }).click();
  await alice.page.getByText("“Second” was not moved.").waitFor();
  await alice.expectTasks(["Third", "Second"]);
});

test("a list that changes between two pages is complete", async (t) => {
  const { user, origin, apiUrl } = await startContext(t);
  const alice = await user("Alice");
  const { token } = await (await alice.page.request.get(`${origin}/api/auth/token`)).json();
  const send = async (method, path, data) => {
    const options = { method, headers: { Authorization: `Bearer ${token}` }, data };
    const response = await alice.page.request.fetch(`${apiUrl}/api/tasks${path}`, options);
    assert.ok(response.ok(), await response.text());
    return response.json();
  };
  const tasks = [];
  for (let count = 0; count < 55; count++) tasks.unshift(await send("POST", "", { title: `Task ${count}` }));
  await alice.withoutEvents();
  await alice.checkbox("Task 5").waitFor();
  // Elsewhere, a task of the second page moves to the first one.
  await send("POST", `/${tasks[54].id}/move`, { before: tasks[3].id });
  await alice.page.getByRole("button", { name: "Load more" }).click();
  const titles = tasks.map(({ title }) => title);
  await alice.expectTasks([...titles.slice(0, 3), "Task 0", ...titles.slice(3, 54)]);
});
