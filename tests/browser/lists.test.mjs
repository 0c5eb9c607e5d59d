// Lists: created, renamed and deleted in their dialog, chosen for a task, and filtered by.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startContext } from "./context.mjs";
import { createLists, openLists } from "./list-steps.mjs";
import { until } from "./user.mjs";

test("lists are created, chosen for tasks, and filtered by", async (t) => {
  const { user } = await startContext(t);
  const [alice, bob] = await Promise.all([user("Alice"), user("Bob")]);
  await createLists(alice, ["Home", "Work"]);
  for (const title of ["Report", "Dishes", "Other"]) await alice.add(title);
  await alice.edit("Report", { list: "Work" });
  await alice.edit("Dishes", { list: "Home" });
  await alice.task("Report").getByText("Work", { exact: true }).waitFor();
  for (const [option, titles] of Object.entries({ Work: ["Report"], Home: ["Dishes"], "No list": ["Other"] })) {
    await alice.filterBy("List", option);
    await alice.expectTasks(titles);
    await alice.page.reload();
    await alice.ready();
    await alice.expectTasks(titles);
  }
  // A new task belongs to the list that is shown.
  await alice.filterBy("List", "Work");
  await alice.add("Review");
  await alice.expectTasks(["Review", "Report"]);
  await alice.edit("Review", { list: "No list" });
  await alice.expectTasks(["Report"]);
  await alice.filterBy("List", "Any list");
  await alice.expectTasks(["Review", "Other", "Dishes", "Report"]);
  const options = await bob.page.getByRole("main").getByLabel("List", { exact: true }).locator("option").allTextContents();
  assert.deepEqual(options, ["Any list", "No list"]);
});

test("lists are renamed, and deleted without their tasks", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await createLists(alice, ["Home", "Work"]);
  await alice.add("Dishes");
  await alice.edit("Dishes", { list: "Home" });
  await alice.filterBy("List", "Home");
  const dialog = await openLists(alice);
  const names = () => dialog.getByRole("list").locator("input").evaluateAll((inputs) => inputs.map(({ value }) => value));
  await until("both are there", async () => (await names()).join() === "Home,Work");
  await dialog.getByText("1 task", { exact: true }).waitFor();

  await dialog.getByLabel("Name of Home").fill("work");
  await dialog.getByRole("button", { name: "Rename Home" }).click();
  await dialog.getByRole("alert").waitFor();
  await dialog.getByLabel("Name of Home").fill(" House ");
  await dialog.getByLabel("Name of Home").press("Enter");
  await dialog.getByRole("button", { name: "Rename House" }).waitFor();
  assert.deepEqual(await names(), ["House", "Work"]);

  await dialog.getByLabel("New list").fill("HOUSE");
  await dialog.getByLabel("New list").press("Enter");
  await dialog.getByRole("alert").waitFor();
  await dialog.getByLabel("New list").fill("Garden");
  await dialog.getByLabel("New list").press("Enter");
  await dialog.getByLabel("Name of Garden").waitFor();

  await dialog.getByRole("button", { name: "Delete House" }).click();
  await dialog.getByRole("button", { name: "Delete list" }).click();
  await until("it is gone", async () => (await names()).join() === "Work,Garden");
  assert.equal(await alice.page.evaluate(() => document.activeElement?.getAttribute("aria-label")), "New list");
  await dialog.getByRole("button", { name: "Close" }).click();
  // The filter by the deleted list is gone, and the task has no list.
  await alice.expectTasks(["Dishes"]);
  await alice.filterBy("List", "No list");
  await alice.expectTasks(["Dishes"]);
  await alice.page.reload();
  await alice.expectTasks(["Dishes"]);
});

test("lists are moved up and down, and stay there", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await createLists(alice, ["One", "Two", "Three"]);
  const dialog = await openLists(alice);
  const names = () => dialog.getByRole("list").locator("input").evaluateAll((inputs) => inputs.map(({ value }) => value));
  const button = (name, where) => dialog.getByRole("button", { name: `Move ${name} ${where}`, exact: true });
  const move = async (name, where, expected) => {
    await button(name, where).press("Enter");
    await until(`${name} is moved ${where}`, async () => (await names()).join() === expected);
    await until("the button has the focus", () => button(name, where).evaluate((it) => it === document.activeElement));
  };
  await until("all are there", async () => (await names()).join() === "One,Two,Three");
  await move("Three", "up", "One,Three,Two");
  await move("Three", "up", "Three,One,Two");
  await move("Three", "down", "One,Three,Two");
  await move("One", "down", "Three,One,Two");
  await move("One", "down", "Three,Two,One");
  for (const [name, where] of [["Three", "up"], ["One", "down"]]) {
    await until("it is at the end", async () => (await button(name, where).getAttribute("aria-disabled")) === "true");
  }
  await dialog.getByRole("button", { name: "Close" }).click();
  await alice.page.reload();
  await alice.ready();
  const options = alice.page.getByRole("main").getByLabel("List", { exact: true }).locator("option");
  const expected = "Any list,Three,Two,One,No list";
  await until("the filter has their order", async () => (await options.allTextContents()).join() === expected);
});
