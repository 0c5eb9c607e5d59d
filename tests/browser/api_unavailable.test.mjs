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
  await alice.page.getByText("“Written before” was not changed").waitFor();
  assert.equal(await alice.box("Written before").isChecked(), false);
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

test("what answers for Better Auth with a page of its own is no sign-in service, and passes", async (t) => {
  const { person } = await world(t, { app: { TOKEN_LIFETIME: "3s" } });
  const alice = await person("Alice");
  await alice.add("Written before");
  const token = "**/api/auth/token";
  await alice.page.route(token, (route) => route.fulfill({ contentType: "text/html", body: "<h1>Log in to the Wi-Fi" }));
  const end = await alice.page.evaluate(() => performance.now() + 3000);
  await alice.page.waitForFunction((end) => performance.now() > end, end);
  await alice.page.getByLabel("New task").fill("Written meanwhile");
  await alice.page.keyboard.press("Enter");
  const banner = alice.page.getByRole("alert").filter({ hasText: /^Tasknook cannot be reached/ });
  await banner.waitFor();
  await alice.sees(["Written before"]);
  await alice.page.unroute(token);
  await banner.waitFor({ state: "hidden" });
});
