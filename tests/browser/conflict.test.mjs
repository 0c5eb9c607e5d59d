// One person, two tabs, one task.

import assert from "node:assert/strict";
import { test } from "node:test";

import { world } from "./world.mjs";

const CHANGED = "This task was changed elsewhere";

/** Both tabs edit; the other one saves first. */
async function collide(alice, other, title, mine, theirs) {
  const dialog = await alice.openEditor(title);
  await dialog.getByLabel("Title").fill(mine);
  await other.page.reload();
  await other.heading();
  await other.edit(title, { title: theirs });
  const refused = alice.answered("PATCH");
  await dialog.getByRole("button", { name: "Save" }).click();
  assert.equal((await refused).status(), 412);
  await alice.page.getByText(CHANGED).first().waitFor();
}

test("a conflict between two tabs is shown, and either side can win", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  await alice.add("Draft");
  const other = await alice.tab();

  await collide(alice, other, "Draft", "Mine", "Theirs");
  await alice.page.getByText("Theirs").first().waitFor();
  await alice.page.getByRole("button", { name: "Keep mine" }).click();
  await alice.sees(["Mine"]);
  await other.page.reload();
  await other.sees(["Mine"]);

  await collide(alice, other, "Mine", "Mine again", "Theirs at last");
  await alice.page.getByRole("button", { name: "Take theirs" }).click();
  await alice.sees(["Theirs at last"]);
  await other.page.reload();
  await other.sees(["Theirs at last"]);
});

test("a tick or a deletion of what has changed elsewhere is not done blindly", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  await alice.add("Draft");
  const other = await alice.tab();
  await other.edit("Draft", { title: "Theirs" });

  await alice.page.getByRole("checkbox", { name: "Draft", exact: true }).click();
  await alice.page.getByText("was changed elsewhere").first().waitFor();
  await alice.sees(["Theirs"]);
  assert.equal(await alice.box("Theirs").isChecked(), false);

  await alice.page.reload();
  await alice.heading();
  await alice.page.getByRole("button", { name: "Delete Theirs", exact: true }).click();
  const confirm = alice.page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true });
  await confirm.and(alice.page.locator(":enabled")).waitFor();
  await other.edit("Theirs", { title: "Theirs too" });
  const refused = alice.answered("DELETE");
  await confirm.click();
  assert.equal((await refused).status(), 412);
  await alice.sees(["Theirs too"]);
});

test("what was deleted elsewhere is said to be", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  await alice.add("Short-lived");
  const other = await alice.tab();
  await other.remove("Short-lived");
  await alice.page.getByRole("button", { name: "Edit Short-lived", exact: true }).click();
  await alice.page.getByText(/deleted elsewhere/).first().waitFor();
});
