// Changes on both sides at once, and errors where none is expected.

import assert from "node:assert/strict";
import { test } from "node:test";

import { world } from "./world.mjs";

const CHANGED = "This task was changed elsewhere";

/** The text of a task as the editor of a fresh page shows it. */
async function textOf(person, title) {
  await person.page.reload();
  await person.heading();
  const dialog = await person.openEditor(title);
  const text = await dialog.getByLabel("Description").inputValue();
  await person.page.keyboard.press("Escape");
  return text;
}

test("what only one side changed is kept, and only what both changed is asked about", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  await alice.add("Draft");
  const other = await alice.tab();

  const dialog = await alice.openEditor("Draft");
  await other.edit("Draft", { description: "Theirs" });
  await dialog.getByLabel("Title").fill("Mine");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await textOf(alice, "Mine"), "Theirs");

  await other.page.reload();
  await alice.openEditor("Mine");
  await other.edit("Mine", { title: "Theirs", description: "Of both" });
  await dialog.getByLabel("Description").fill("Of me");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText(CHANGED).waitFor();
  assert.deepEqual(await dialog.locator("dt", { hasText: "differs" }).allTextContents(), Array(2).fill("Description differs"));
  await dialog.getByRole("button", { name: "Keep mine" }).click();
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await textOf(alice, "Theirs"), "Of me");
});

test("only what the dialog showed is deleted", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  await alice.add("Draft");
  const other = await alice.tab();
  await alice.page.reload();
  await alice.heading();
  await other.edit("Draft", { title: "Theirs" });

  await alice.page.getByRole("button", { name: "Delete Draft", exact: true }).click();
  const dialog = alice.page.getByRole("dialog");
  await dialog.getByText("It was changed elsewhere.").waitFor();
  await dialog.getByText("Theirs", { exact: true }).waitFor();
  await other.edit("Theirs", { title: "Theirs too" });
  const refused = alice.answered("DELETE");
  await dialog.getByRole("button", { name: "Delete", exact: true }).click();
  assert.equal((await refused).status(), 412);
  await alice.page.getByText("“Theirs too” was changed elsewhere.").waitFor();
  await alice.sees(["Theirs too"]);

  await other.remove("Theirs too");
  await alice.page.getByRole("button", { name: "Delete Theirs too", exact: true }).click();
  await alice.page.getByText("“Theirs too” was deleted elsewhere.").waitFor();
  await alice.page.getByText("Nothing to do yet").waitFor();
});

test("an error while the list is read again leaves it where it is", async (t) => {
  const { person, origin } = await world(t);
  const alice = await person("Alice");
  await alice.add("Still here");
  const detail = "Something went wrong on our side.";
  const problem = { type: "about:blank", title: "Error", status: 500, code: "internal", detail, request_id: "1" };
  await alice.page.route(/\/tasks\?/, (route) =>
    route.fulfill({
      status: 500,
      contentType: "application/problem+json",
      headers: { "Access-Control-Allow-Origin": origin },
      body: JSON.stringify(problem),
    }),
  );
  await alice.complete("Still here");
  const alert = alice.page.getByRole("alert").filter({ hasText: detail });
  await alert.waitFor();
  await alice.sees(["Still here"]);
  await alice.page.unroute(/\/tasks\?/);
  await alert.getByRole("button", { name: "Try again" }).click();
  await alert.waitFor({ state: "detached" });
  await alice.sees(["Still here"]);
});

test("a title that is much too long leaves the page usable", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice", { viewport: { width: 360, height: 640 } });
  const long = "wide ".repeat(600).trim();
  await alice.page.getByLabel("New task").fill(long);
  await alice.page.keyboard.press("Enter");
  const dismiss = alice.page.getByRole("button", { name: "Dismiss" });
  await dismiss.waitFor();
  const { y, height } = await dismiss.boundingBox();
  assert.ok(y > 320 && y + height <= 640, `at ${y}`);
  await dismiss.click();
  assert.equal(await alice.page.getByLabel("New task").inputValue(), long);
});

test("tokens that are never for the user of the session end in words, not in reloads", async (t) => {
  const { person, origin } = await world(t);
  const [alice, bob] = await Promise.all([person("Alice"), person("Bob")]);
  const body = await (await bob.page.request.get(`${origin}/api/auth/token`)).text();
  let asked = 0;
  await alice.page.route("**/api/auth/token", (route) => {
    asked += 1;
    return route.fulfill({ contentType: "application/json", body });
  });
  await alice.page.reload();
  await alice.page.getByRole("main").getByRole("alert").waitFor();
  assert.ok(asked <= 4, `asked ${asked} times`);
  await alice.page.unroute("**/api/auth/token");
  await alice.page.reload();
  await alice.heading();
});

test("a key that is held down acts once", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  await alice.add("Draft");
  const keys = alice.page.keyboard;
  const hold = async (key) => {
    for (let times = 0; times < 3; times++) await keys.down(key);
    await keys.up(key);
  };
  await alice.page.getByRole("heading", { name: "Your tasks" }).click();
  await hold("n");
  assert.equal(await alice.page.getByLabel("New task").inputValue(), "");
  await keys.press("n");
  assert.equal(await alice.page.getByLabel("New task").inputValue(), "n");
  await alice.box("Draft").focus();
  await keys.down("e");
  const title = alice.page.getByRole("dialog").getByLabel("Title").and(alice.page.locator(":enabled"));
  await title.focus();
  await hold("e");
  assert.equal(await title.inputValue(), "Draft");
  await hold("x");
  assert.equal(await title.inputValue(), "Draftxxx");
});

test("who is refused keeps the focus where it goes on", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  await alice.add("Draft");
  const dialog = await alice.openEditor("Draft");
  await dialog.getByLabel("Title").fill("x".repeat(201));
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.locator("[aria-invalid=true]:focus").waitFor();
  await alice.page.keyboard.press("Escape");

  await alice.signOut();
  await alice.page.getByLabel("E-mail").fill(alice.email);
  await alice.page.getByLabel("Password").fill("not the password");
  await alice.page.getByRole("button", { name: "Sign in" }).click();
  await alice.page.getByRole("main").getByRole("alert").waitFor();
  assert.equal(await alice.page.evaluate(() => document.activeElement?.textContent), "Sign in");
});
