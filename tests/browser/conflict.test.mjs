// One user, two tabs, one task.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startContext } from "./context.mjs";
import { until } from "./user.mjs";

const CHANGED = "This task was changed elsewhere";

/** Both tabs edit; the other one saves first. */
async function collide(alice, other, title, mine, theirs) {
  const dialog = await alice.openEditor(title);
  await dialog.getByLabel("Title").fill(mine);
  await other.page.reload();
  await other.ready();
  await other.edit(title, { title: theirs });
  const rejected = alice.nextResponse("PATCH");
  await dialog.getByRole("button", { name: "Save" }).click();
  assert.equal((await rejected).status(), 412);
  await alice.page.getByText(CHANGED).first().waitFor();
}

test("a conflict of two tabs is shown, and either side can be kept", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Draft");
  const other = await alice.tab();

  await collide(alice, other, "Draft", "Mine", "Theirs");
  await alice.page.getByText("Theirs").first().waitFor();
  await alice.page.getByRole("button", { name: "Keep mine" }).click();
  await alice.expectTasks(["Mine"]);
  await other.page.reload();
  await other.expectTasks(["Mine"]);

  await collide(alice, other, "Mine", "Mine again", "Theirs at last");
  await alice.page.getByRole("button", { name: "Take theirs" }).click();
  await alice.expectTasks(["Theirs at last"]);
  await other.page.reload();
  await other.expectTasks(["Theirs at last"]);
});

test("a changed task is completed, and not deleted blindly", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.withoutEvents();
  await alice.add("Draft");
  const other = await alice.tab();
  await other.edit("Draft", { title: "Theirs" });

  // Both changes remain: they do not collide.
  await alice.page.getByRole("checkbox", { name: "Draft", exact: true }).click();
  await alice.expectTasks(["Theirs"]);
  assert.equal(await alice.checkbox("Theirs").isChecked(), true);
  await until("it is stored", () => other.checkbox("Theirs").isChecked());

  await alice.page.getByRole("button", { name: "Delete Theirs", exact: true }).click();
  const confirm = alice.page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true });
  await other.edit("Theirs", { title: "Theirs too" });
  const rejected = alice.nextResponse("DELETE");
  await confirm.click();
  assert.equal((await rejected).status(), 412);
  await alice.page.getByText("“Theirs too” was changed elsewhere.").waitFor();
  await alice.expectTasks(["Theirs too"]);
});

test("a task deleted elsewhere is reported as deleted", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  await alice.withoutEvents();
  await alice.add("Short-lived");
  const other = await alice.tab();
  await other.remove("Short-lived");
  const dialog = await alice.openEditor("Short-lived");
  await dialog.getByLabel("Description").fill("a long text");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("This task was deleted elsewhere.").waitFor();
  assert.equal(await dialog.getByLabel("Description").inputValue(), "a long text");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await alice.page.getByText("Nothing to do yet").waitFor();
});
