// Answers that come late, or never.

import assert from "node:assert/strict";
import { test } from "node:test";

import { holdNext, takeNext } from "./network.mjs";
import { world } from "./world.mjs";

test("a save whose answer is lost is no conflict", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  await alice.add("Draft");
  const dialog = await alice.openEditor("Draft");
  await dialog.getByLabel("Title").fill("Saved at once");
  const lost = await takeNext(alice.page, "PATCH", "**/tasks/**", async (route) => {
    const answer = await route.fetch();
    await route.abort();
    return answer.status();
  });
  await dialog.getByRole("button", { name: "Save" }).click();
  assert.equal(await lost.taken, 200);
  await dialog.getByRole("alert").waitFor();
  const refused = alice.answered("PATCH");
  await dialog.getByRole("button", { name: "Save" }).click();
  assert.equal((await refused).status(), 412);
  await dialog.waitFor({ state: "hidden" });
  await alice.sees(["Saved at once"]);
  assert.equal(await alice.page.getByText(/changed elsewhere/).count(), 0);
});

test("a slow save cannot be walked away from", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  await alice.add("Draft");
  const dialog = await alice.openEditor("Draft");
  await dialog.getByLabel("Title").fill("Long thought about");
  const { arrived, release } = await holdNext(alice.page, "PATCH");
  await alice.page.keyboard.press("Enter");
  await arrived;
  for (let times = 0; times < 3; times++) await alice.page.keyboard.press("Escape");
  await dialog.getByRole("button", { name: "Cancel" }).click({ force: true });
  assert.equal(await dialog.getByLabel("Title").getAttribute("readonly"), "");
  release("abort");
  await dialog.getByRole("alert").waitFor();
  assert.equal(await dialog.getByLabel("Title").inputValue(), "Long thought about");
  await dialog.getByRole("button", { name: "Save" }).click();
  await alice.sees(["Long thought about"]);
});

test("what is read while a change is under way does not undo it", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  await alice.add("Ticked");
  const { arrived, release } = await holdNext(alice.page, "PATCH");
  await alice.box("Ticked").click();
  await arrived;
  for (const [which, seen] of [["Done", ["Ticked"]], ["To do", []], ["All", ["Ticked"]]]) {
    const read = alice.answered("GET");
    await alice.show(which);
    await read;
    await alice.sees(seen);
  }
  assert.equal(await alice.box("Ticked").isChecked(), true);
  release("continue");
});

test("a next page that a change interrupts comes all the same", async (t) => {
  const { person, origin, apiUrl } = await world(t);
  const alice = await person("Alice");
  const { token } = await (await alice.page.request.get(`${origin}/api/auth/token`)).json();
  for (let count = 0; count < 55; count++) {
    const headers = { Authorization: `Bearer ${token}` };
    const { sub } = JSON.parse(atob(token.split(".")[1]));
    const answer = await alice.page.request.post(`${apiUrl}/api/${sub}/tasks`, { headers, data: { title: `Task ${count}` } });
    assert.equal(answer.status(), 201);
  }
  await alice.page.reload();
  await alice.heading();
  const { arrived, release } = await holdNext(alice.page, "GET", /cursor=/);
  await alice.page.getByRole("button", { name: "Load more" }).click();
  await arrived;
  await alice.complete("Task 54");
  release("continue");
  await alice.box("Task 0").waitFor();
  assert.equal(await alice.box("Task 54").isChecked(), true);
});

test("of several additions that fail, none is lost", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  const input = alice.page.getByLabel("New task");
  const first = await holdNext(alice.page, "POST", "**/tasks");
  for (const title of ["First", "Second"]) {
    await input.fill(title);
    await alice.page.keyboard.press("Enter");
  }
  await input.fill("Third");
  const second = await holdNext(alice.page, "POST", "**/tasks");
  await first.arrived;
  first.release("abort");
  await second.arrived;
  second.release("abort");
  const kept = alice.page.getByRole("list", { name: "Not added" });
  for (const title of ["First", "Second"]) {
    const row = kept.getByRole("listitem").filter({ hasText: title });
    await row.getByRole("button", { name: "Try again" }).click();
    await alice.box(title).and(alice.page.locator(":enabled")).waitFor();
  }
  assert.equal(await input.inputValue(), "Third");
  assert.equal(await kept.count(), 0);
});

test("an answer does not take the focus back from who has left the list", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  await alice.add("Ticked");
  const { arrived, release } = await holdNext(alice.page, "PATCH");
  await alice.box("Ticked").click();
  await arrived;
  await alice.page.getByRole("heading", { name: "Your tasks" }).click();
  const read = alice.answered("GET");
  release("continue");
  await read;
  await alice.show("To do");
  await alice.page.getByRole("heading", { name: "Your tasks" }).click();
  await alice.page.getByText("No task matches").waitFor();
  await alice.show("All");
  await alice.sees(["Ticked"]);
  assert.equal(await alice.page.evaluate(() => document.activeElement?.closest("li")), null);
});

test("what is looked for before the page runs is looked for when it does", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  await alice.add("Milk");
  await alice.add("Bread");
  let release = () => {};
  const released = new Promise((resolve) => (release = resolve));
  await alice.page.route("**/_next/static/**/*.js", async (route) => {
    await released;
    await route.continue();
  });
  await alice.page.reload({ waitUntil: "commit" });
  await alice.search("milk");
  release();
  await alice.sees(["Milk"]);
  assert.equal(await alice.page.getByRole("searchbox").inputValue(), "milk");
});
