// The API goes away and comes back.

import assert from "node:assert/strict";
import { test } from "node:test";

import { world } from "./world.mjs";

test("the page says that the API is away, loses nothing, and goes on by itself", async (t) => {
  const { person, apiGoes, apiComes } = await world(t);
  const alice = await person("Alice");
  const banner = alice.page.getByRole("alert").filter({ hasText: /^Tasknook cannot be reached/ });
  await alice.add("Written before");

  await apiGoes();
  await alice.page.getByLabel("New task").fill("Written meanwhile");
  await alice.page.getByRole("button", { name: "Add", exact: true }).click();
  await banner.waitFor();
  // Rolled back: the list is what it was, and the text is where it was typed.
  await alice.sees(["Written before"]);
  assert.equal(await alice.page.getByLabel("New task").inputValue(), "Written meanwhile");
  await alice.box("Written before").click();
  await alice.page.waitForFunction(() => document.querySelector("input[type=checkbox]:checked") === null);
  await banner.waitFor();

  await apiComes();
  await banner.waitFor({ state: "hidden" });
  await alice.page.getByRole("button", { name: "Add", exact: true }).click();
  await alice.sees(["Written meanwhile", "Written before"]);
});

test("a page that is opened while the API is away fills when it comes", async (t) => {
  const { person, apiGoes, apiComes } = await world(t);
  const alice = await person("Alice");
  await alice.add("Waits for the API");
  await apiGoes();
  await alice.page.reload();
  const banner = alice.page.getByRole("alert").filter({ hasText: /^Tasknook cannot be reached/ });
  await banner.waitFor();
  assert.equal(await alice.page.getByText("Nothing to do yet").count(), 0);
  await apiComes();
  await banner.waitFor({ state: "hidden" });
  await alice.sees(["Waits for the API"]);
});
