// One user, two devices, one task: what is changed on both sides.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startContext } from "./context.mjs";
import { createLists, openList } from "./list-steps.mjs";
import { until } from "./user.mjs";

/** Opens the conflict that the banner reports. */
async function decide({ page }) {
  await page.getByText("A change could not be saved as you made it.").waitFor();
  await page.getByRole("button", { name: "1 change needs a decision" }).waitFor();
  await page.getByRole("button", { name: "Decide", exact: true }).click();
  return page.getByRole("dialog", { name: "Resolve conflicts" });
}

/** Waits until no conflict is left, and both devices have these tasks. */
async function expectEqual(devices, titles) {
  for (const user of devices) {
    await user.expectTasks(titles);
    await user.saved();
    assert.equal(await user.page.getByRole("button", { name: "Decide", exact: true }).count(), 0);
  }
}

/** Edits without waiting for the API. */
async function editOffline(user, title, changes) {
  await user.dismissNotices();
  await user.openEditor(title);
  await user.fill(changes);
  await user.editor().getByRole("button", { name: "Done" }).click();
  await user.notice("was changed").waitFor();
}

/** Both devices change the title; the other one saves first. */
async function collide(alice, other, title, mine, theirs) {
  await alice.context.setOffline(true);
  await editOffline(alice, title, { title: mine });
  await other.edit(title, { title: theirs });
  await alice.context.setOffline(false);
  return decide(alice);
}

test("a conflict of two devices is shown, and either side kept", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Draft");
  const other = await device(alice);

  let dialog = await collide(alice, other, "Draft", "Mine", "Theirs");
  await dialog.getByRole("heading", { name: "This task was changed elsewhere" }).waitFor();
  for (const [name, title] of [["Mine", "Mine"], ["Theirs", "Theirs"]]) {
    await dialog.getByRole("region", { name }).getByRole("definition").getByText(title, { exact: true }).waitFor();
  }
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await expectEqual([alice, other], ["Mine"]);

  dialog = await collide(alice, other, "Mine", "Mine again", "Theirs at last");
  // It remains until there is a decision, also after the page was loaded again.
  await dialog.getByRole("button", { name: "Decide later" }).click();
  await alice.page.reload();
  await alice.ready();
  dialog = await decide(alice);
  await dialog.getByRole("button", { name: "Take theirs" }).click();
  await expectEqual([alice, other], ["Theirs at last"]);

  // Or neither of them.
  dialog = await collide(alice, other, "Theirs at last", "Left", "Right");
  await dialog.getByRole("button", { name: "Edit" }).click();
  assert.equal(await dialog.getByLabel("Title").inputValue(), "Left");
  await dialog.getByLabel("Title").fill("Left and right");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expectEqual([alice, other], ["Left and right"]);
});

test("a task that changes while it is edited is in conflict", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Draft");
  const other = await device(alice);
  const editor = await alice.openEditor("Draft");
  await editor.getByLabel("Tags").fill("mine");
  await editor.getByLabel("Due date").fill("2126-01-02");
  await other.edit("Draft", { priority: "low", tags: "theirs", title: "Theirs" });
  // The fields without edits follow the other device.
  await until("the title follows", async () => (await editor.getByLabel("Title").inputValue()) === "Theirs");
  assert.equal(await editor.getByLabel("Tags").inputValue(), "mine");
  await editor.getByRole("button", { name: "Done" }).click();
  const dialog = await decide(alice);
  assert.deepEqual(await dialog.locator("dt", { has: alice.page.locator("mark") }).allTextContents(), [
    "Due date differs",
    "Tags differs",
    "Due date differs",
    "Tags differs",
  ]);
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await expectEqual([alice, other], ["Theirs"]);
  const shown = await other.openEditor("Theirs");
  for (const [label, value] of Object.entries({ Priority: "low", Tags: "mine", "Due date": "2126-01-02" })) {
    assert.equal(await shown.getByLabel(label).inputValue(), value);
  }
});

test("changes of different members merge without a question", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  for (const title of ["Second", "Draft"]) await alice.add(title);
  const other = await device(alice);
  await alice.context.setOffline(true);
  await editOffline(alice, "Draft", { priority: "urgent", due: "2126-01-02" });
  await other.edit("Draft", { title: "Theirs", tags: "garden" });
  await alice.checkbox("Second").click();
  await alice.expectTasks(["Draft"]);
  await other.edit("Second", { title: "Second of theirs" });
  await alice.context.setOffline(false);
  await expectEqual([alice, other], ["Theirs"]);
  for (const user of [alice, other]) {
    const shown = user.task("Theirs");
    await shown.getByText("Jan 2, 2126").waitFor();
    await shown.getByText("Urgent").waitFor({ state: "attached" });
    await shown.getByRole("button", { name: "garden: show tasks with this tag" }).waitFor();
    await user.showCompleted();
    await user.expectCompleted(["Second of theirs"]);
  }
});

test("a changed task is not deleted blindly", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Draft");
  const other = await device(alice);
  const removeOffline = async (title) => {
    await alice.context.setOffline(true);
    await alice.task(title).hover();
    await alice.page.getByRole("button", { name: `Delete ${title}`, exact: true }).click();
    await alice.expectTasks([]);
  };
  await removeOffline("Draft");
  await other.edit("Draft", { title: "Theirs" });
  await alice.context.setOffline(false);
  let dialog = await decide(alice);
  await dialog.getByRole("heading", { name: "You deleted a task that was changed elsewhere" }).waitFor();
  await dialog.getByRole("button", { name: "Keep the task" }).click();
  await expectEqual([alice, other], ["Theirs"]);

  await removeOffline("Theirs");
  await other.edit("Theirs", { title: "Theirs too" });
  await alice.context.setOffline(false);
  dialog = await decide(alice);
  await dialog.getByRole("button", { name: "Delete anyway" }).click();
  await expectEqual([alice, other], []);
});

test("a task deleted elsewhere can be restored with its edits", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  for (const title of ["Dropped", "Short-lived"]) await alice.add(title);
  const other = await device(alice);
  await alice.context.setOffline(true);
  await editOffline(alice, "Short-lived", { description: "a long text" });
  await other.remove("Short-lived");
  await alice.context.setOffline(false);
  let dialog = await decide(alice);
  await dialog.getByRole("heading", { name: "This task was deleted elsewhere" }).waitFor();
  await dialog.getByText("a long text").waitFor();
  await dialog.getByRole("button", { name: "Keep the task" }).click();
  await expectEqual([alice, other], ["Short-lived", "Dropped"]);
  const editor = await other.openEditor("Short-lived");
  assert.equal(await editor.getByLabel("Description").inputValue(), "a long text");
  await other.page.keyboard.press("Escape");

  await alice.context.setOffline(true);
  await editOffline(alice, "Dropped", { description: "not needed" });
  await other.remove("Dropped");
  await alice.context.setOffline(false);
  dialog = await decide(alice);
  await dialog.getByRole("button", { name: "Delete anyway" }).click();
  await expectEqual([alice, other], ["Short-lived"]);
});

test("a task of a list that was deleted elsewhere is not lost", async (t) => {
  const { user, device } = await startContext(t);
  const alice = await user("Alice");
  await createLists(alice, ["Home", "Work"]);
  const other = await device(alice);
  await alice.context.setOffline(true);
  await alice.page.getByLabel("New task").fill("Dishes @home");
  await alice.page.keyboard.press("Enter");
  await alice.expectTasks(["Dishes"]);
  const dialogOfList = await openList(other, "Home");
  await dialogOfList.getByRole("button", { name: "Delete …" }).click();
  await other.page.getByRole("button", { name: "Delete list" }).click();
  await dialogOfList.waitFor({ state: "detached" });
  await alice.context.setOffline(false);
  const dialog = await decide(alice);
  await dialog.getByRole("heading", { name: "This task could not be added" }).waitFor();
  await dialog.getByText("The list does not exist any more.").waitFor();
  await dialog.getByRole("button", { name: "Edit" }).click();
  assert.equal(await dialog.getByLabel("Title").inputValue(), "Dishes");
  await dialog.getByLabel("List").selectOption({ label: "Work" });
  await dialog.getByRole("button", { name: "Save" }).click();
  await expectEqual([alice, other], ["Dishes"]);
  await other.view("Work");
  await other.expectTasks(["Dishes"]);
});
