// The API becomes unavailable, and available again.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startContext } from "./context.mjs";

test("an unavailable API is reported, and the page recovers", async (t) => {
  const { user, killApi, restartApi } = await startContext(t);
  const alice = await user("Alice");
  const banner = alice.page.getByRole("alert").filter({ hasText: /^Tasknook cannot be reached/ });
  await alice.add("Written before");

  await killApi();
  await alice.page.getByLabel("New task").fill("Written meanwhile");
  await alice.page.getByRole("button", { name: "Add", exact: true }).click();
  await banner.waitFor();
  // Rolled back: the list is unchanged, and the text is still in the input.
  await alice.expectTasks(["Written before"]);
  assert.equal(await alice.page.getByLabel("New task").inputValue(), "Written meanwhile");
  await alice.checkbox("Written before").click();
  await alice.page.getByText("“Written before” was not changed").waitFor();
  assert.equal(await alice.checkbox("Written before").isChecked(), false);
  await banner.waitFor();

  await restartApi();
  await banner.waitFor({ state: "hidden" });
  await alice.page.getByRole("button", { name: "Add", exact: true }).click();
  await alice.expectTasks(["Written meanwhile", "Written before"]);
});

test("a page opened without the API fills when it is available", async (t) => {
  const { user, killApi, restartApi } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Waits for the API");
  await killApi();
  await alice.page.reload();
  const banner = alice.page.getByRole("alert").filter({ hasText: /^Tasknook cannot be reached/ });
  await banner.waitFor();
  assert.equal(await alice.page.getByText("Nothing to do yet").count(), 0);
  await restartApi();
  await banner.waitFor({ state: "hidden" });
  await alice.expectTasks(["Waits for the API"]);
});

test("an HTML page in place of a token counts as unavailable", async (t) => {
  const { user } = await startContext(t, { app: { TOKEN_LIFETIME: "3s" } });
  const alice = await user("Alice");
  await alice.add("Written before");
  const token = "**/api/auth/token";
  await alice.page.route(token, (route) => route.fulfill({ contentType: "text/html", body: "<h1>Log in to the Wi-Fi" }));
  const end = await alice.page.evaluate(() => performance.now() + 3000);
  await alice.page.waitForFunction((end) => performance.now() > end, end);
  await alice.page.getByLabel("New task").fill("Written meanwhile");
  await alice.page.keyboard.press("Enter");
  const banner = alice.page.getByRole("alert").filter({ hasText: /^Tasknook cannot be reached/ });
  await banner.waitFor();
  await alice.expectTasks(["Written before"]);
  await alice.page.unroute(token);
  await banner.waitFor({ state: "hidden" });
});
