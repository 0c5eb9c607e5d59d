// Lists: created, renamed, coloured, moved and deleted through the sidebar, and chosen for tasks.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startContext } from "./context.mjs";
import { createLists, expectLists, openList, openNewList } from "./list-steps.mjs";
import { until } from "./user.mjs";

/** The name and the count of a view in the sidebar. */
const link = ({ page }, name) => page.getByRole("navigation", { name: "Views" }).getByRole("link", { name, exact: true });

test("lists are created, chosen for tasks, and are views", async (t) => {
  const { user } = await startContext(t);
  const [alice, bob] = await Promise.all([user("Alice"), user("Bob")]);
  await createLists(alice, ["Home", "Work"]);
  for (const title of ["Report", "Dishes", "Other"]) await alice.add(title);
  await alice.edit("Report", { list: "Work" });
  await alice.edit("Dishes", { list: "Home" });
  await alice.task("Report").getByText("Work", { exact: true }).waitFor();
  for (const [name, titles] of Object.entries({ Work: ["Report"], Home: ["Dishes"], Inbox: ["Other"] })) {
    await alice.view(name);
    await alice.expectTasks(titles);
    await link(alice, `${name} 1 open task`).waitFor();
    await alice.page.reload();
    await alice.ready();
    await alice.expectTasks(titles);
  }
  // A new task belongs to the list that is shown.
  await alice.view("Work");
  await alice.add("Review");
  await alice.expectTasks(["Review", "Report"]);
  await link(alice, "Work 2 open tasks").waitFor();
  await alice.edit("Review", { list: "Inbox" });
  await alice.expectTasks(["Report"]);
  await alice.view("All tasks");
  await alice.expectTasks(["Review", "Other", "Dishes", "Report"]);

  await expectLists(bob, []);
  await bob.add("His");
  await bob.openEditor("His");
  assert.deepEqual(await bob.editor().getByLabel("List").locator("option").allTextContents(), ["Inbox"]);
});

test("tasks are dragged to lists of the sidebar", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  await createLists(alice, ["Home"]);
  await alice.add("Dishes");
  await alice.task("Dishes").dragTo(link(alice, "Home"));
  await alice.task("Dishes").getByText("Home", { exact: true }).waitFor();
  await alice.saved();
  const other = await device(alice);
  await other.view("Home");
  await other.expectTasks(["Dishes"]);
  await alice.task("Dishes").dragTo(link(alice, "Inbox"));
  await other.expectTasks([]);
});

test("lists are renamed and coloured, with a name once", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  await createLists(alice, ["Home", "Work"]);
  const other = await device(alice);
  await other.view("Home");

  let dialog = await openList(alice, "Home");
  const name = dialog.getByLabel("Name");
  const expectError = async (text) => {
    await name.and(alice.page.locator("[aria-invalid=true]")).waitFor();
    await dialog.getByText(text).waitFor();
  };
  await name.fill(" ");
  await name.press("Enter");
  await expectError("Enter a name.");
  await name.fill("work");
  await name.press("Enter");
  await expectError("You have a list with this name.");
  await name.fill(" House ");
  await dialog.getByRole("radio", { name: "Teal" }).check({ force: true });
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  const hasFocus = () => alice.page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  await until("the button of the list has the focus", async () => (await hasFocus()) === "Edit list House");

  // Also on the other device, where it is shown.
  await other.page.getByRole("heading", { level: 1, name: "House", exact: true }).waitFor();
  await expectLists(other, ["House", "Work"]);
  dialog = await openList(other, "House");
  assert.equal(await dialog.getByRole("radio", { name: "Teal" }).isChecked(), true);
  await dialog.getByRole("radio", { name: "No color" }).check({ force: true });
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });

  dialog = await openNewList(alice);
  await dialog.getByLabel("Name").fill("HOUSE");
  await dialog.getByLabel("Name").press("Enter");
  await dialog.getByText("You have a list with this name.").waitFor();
  await dialog.getByLabel("Name").fill("Garden");
  await dialog.getByLabel("Name").press("Enter");
  await alice.page.getByRole("heading", { level: 1, name: "Garden", exact: true }).waitFor();
  await expectLists(alice, ["House", "Work", "Garden"]);
});

test("lists are deleted, and their tasks kept or trashed", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  await createLists(alice, ["Home", "Work", "Empty"]);
  await alice.add("Dishes");
  await alice.edit("Dishes", { list: "Home" });
  for (const title of ["Report", "Review"]) await alice.add(title);
  for (const title of ["Report", "Review"]) await alice.edit(title, { list: "Work" });
  const other = await device(alice);
  await other.view("Home");

  const ask = async (name) => {
    const dialog = await openList(alice, name);
    await dialog.getByRole("button", { name: "Delete …" }).click();
    return alice.page.getByRole("dialog", { name: `Delete “${name}”?` });
  };
  // After a second thought nothing is deleted.
  let question = await ask("Home");
  await question.getByRole("group", { name: "Its task", exact: true }).waitFor();
  await question.getByRole("button", { name: "Cancel" }).click();
  await alice.page.getByRole("dialog", { name: "Edit list" }).getByRole("button", { name: "Cancel" }).click();
  await expectLists(alice, ["Home", "Work", "Empty"]);

  question = await ask("Home");
  assert.equal(await question.getByLabel("Keep in the Inbox").isChecked(), true);
  await question.getByRole("button", { name: "Delete list" }).click();
  await expectLists(alice, ["Work", "Empty"]);
  await alice.view("Inbox");
  await alice.expectTasks(["Dishes"]);

  question = await ask("Work");
  await question.getByRole("group", { name: "Its 2 tasks" }).getByLabel("Move to the trash").check();
  await question.getByRole("button", { name: "Delete list" }).click();
  await expectLists(alice, ["Empty"]);
  await alice.view("All tasks");
  await alice.expectTasks(["Dishes"]);
  await alice.view("Trash");
  await alice.page.getByRole("button", { name: "Restore “Report”" }).click();
  await alice.page.getByText("“Report” is restored.").waitFor({ state: "attached" });

  // No task, no question about tasks.
  question = await ask("Empty");
  assert.equal(await question.getByRole("radio").count(), 0);
  await question.getByRole("button", { name: "Delete list" }).click();
  await expectLists(alice, []);
  await alice.view("All tasks");
  await alice.expectTasks(["Report", "Dishes"]);

  // On the other device, the view of a list that is gone states it, and takes no tasks.
  await expectLists(other, []);
  await other.page.getByText("This list was deleted.").waitFor();
  assert.equal(await other.page.getByLabel("New task").count(), 0);
  await other.view("Inbox");
  await other.expectTasks(["Report", "Dishes"]);
});

test("lists are moved up and down, and stay there", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  await createLists(alice, ["One", "Two", "Three"]);
  const other = await device(alice);
  const move = async (dialog, where, position, expected) => {
    const button = dialog.getByRole("button", { name: `Move ${where}`, exact: true });
    await button.press("Enter");
    await dialog.getByText(`Position ${position} of 3`).waitFor();
    await expectLists(alice, expected);
    await until("the button has the focus", () => button.evaluate((it) => it === document.activeElement));
  };
  const expectEnd = (dialog, where) =>
    until("it is at the end", async () => {
      const button = dialog.getByRole("button", { name: `Move ${where}`, exact: true });
      return (await button.getAttribute("aria-disabled")) === "true";
    });
  let dialog = await openList(alice, "Three");
  await dialog.getByText("Position 3 of 3").waitFor();
  await expectEnd(dialog, "down");
  await move(dialog, "up", 2, ["One", "Three", "Two"]);
  await move(dialog, "up", 1, ["Three", "One", "Two"]);
  await expectEnd(dialog, "up");
  await move(dialog, "down", 2, ["One", "Three", "Two"]);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  dialog = await openList(alice, "One");
  await move(dialog, "down", 2, ["Three", "One", "Two"]);
  await move(dialog, "down", 3, ["Three", "Two", "One"]);
  await alice.page.keyboard.press("Escape");
  await expectLists(other, ["Three", "Two", "One"]);
  await alice.page.reload();
  await alice.ready();
  await expectLists(alice, ["Three", "Two", "One"]);
});

test("lists need a network, and nothing typed is lost", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await createLists(alice, ["Home"]);
  await alice.context.setOffline(true);
  const dialog = await openNewList(alice);
  await dialog.getByLabel("Name").fill("Garden");
  await dialog.getByLabel("Name").press("Enter");
  await dialog.getByRole("alert").waitFor();
  assert.equal(await dialog.getByLabel("Name").inputValue(), "Garden");
  await expectLists(alice, ["Home"]);
  await alice.context.setOffline(false);
  await dialog.getByRole("button", { name: "Create list" }).click();
  await expectLists(alice, ["Home", "Garden"]);
});
