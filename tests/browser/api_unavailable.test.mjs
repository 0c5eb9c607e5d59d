// The API becomes unavailable, and available again.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startContext } from "./context.mjs";
import { until } from "./user.mjs";

test("changes are kept on the device while the API is down", async (t) => {
  const { user, killApi, restartApi } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Written before");
  await alice.add("Ticked");
  const kept = alice.page.getByText("Offline: 3 changes are kept on this device", { exact: true });

  await killApi();
  await alice.type("Written meanwhile");
  await alice.checkbox("Ticked").click();
  await alice.openEditor("Written before");
  await alice.fill({ title: "Changed meanwhile" });
  await alice.editor().getByRole("button", { name: "Done" }).click();
  await alice.outage().waitFor();
  await kept.waitFor();
  await alice.expectTasks(["Written meanwhile", "Changed meanwhile"]);

  // The application is there, but has no tasks either.
  await alice.page.reload();
  await alice.ready();
  await alice.expectTasks(["Written meanwhile", "Changed meanwhile"]);
  await alice.showCompleted();
  await alice.expectCompleted(["Ticked"]);
  await alice.outage().waitFor();
  await kept.waitFor();
  await alice.type("Written after a reload");

  await restartApi();
  await alice.saved();
  await alice.outage().waitFor({ state: "hidden" });
  await alice.expectTasks(["Written after a reload", "Written meanwhile", "Changed meanwhile"]);
  const stored = await alice.tasksOfApi();
  assert.deepEqual(
    stored.map(({ title, completed }) => [title, completed]),
    [["Written after a reload", false], ["Written meanwhile", false], ["Ticked", true], ["Changed meanwhile", false]],
  );
});

test("an outage is shown while nothing is changed", async (t) => {
  const { user, killApi, restartApi } = await startContext(t);
  const alice = await user("Alice");
  const tab = await alice.tab();
  const both = [alice, tab];
  await killApi();
  for (const one of both) await one.outage().waitFor();
  await restartApi();
  for (const one of both) await one.outage().waitFor({ state: "hidden" });
  await alice.request("POST", "/tasks", { title: "Written elsewhere" });
  for (const one of both) await one.expectTasks(["Written elsewhere"]);
});

test("a page opened without the API has the tasks of the device", async (t) => {
  const { user, device, killApi, restartApi } = await startContext(t);
  const alice = await user("Alice");
  await alice.add("Waits for the API");
  const other = await device(alice);
  await other.signOut();
  await killApi();
  await alice.page.reload();
  await alice.outage().waitFor();
  await alice.expectTasks(["Waits for the API"]);

  // A device that has nothing does not claim that there are no tasks.
  await other.page.goto("/sign-in");
  await other.page.getByLabel("E-mail").fill(other.email);
  await other.page.getByLabel("Password").fill(other.password);
  await other.page.getByRole("button", { name: "Sign in" }).click();
  await other.outage().waitFor();
  assert.equal(await other.page.getByText("Nothing to do yet").count(), 0);
  await restartApi();
  for (const one of [alice, other]) await one.outage().waitFor({ state: "hidden" });
  for (const one of [alice, other]) await one.expectTasks(["Waits for the API"]);
});

test("an HTML page in place of a token counts as unavailable", async (t) => {
  const { user } = await startContext(t, { app: { TOKEN_LIFETIME: "3s" } });
  const alice = await user("Alice");
  await alice.add("Written before");
  const token = "**/api/auth/token";
  await alice.page.route(token, (route) => route.fulfill({ contentType: "text/html", body: "<h1>Log in to the Wi-Fi" }));
  const end = await alice.page.evaluate(() => performance.now() + 3000);
  await alice.page.waitForFunction((end) => performance.now() > end, end);
  await alice.type("Written meanwhile");
  await alice.outage().waitFor();
  await alice.expectTasks(["Written meanwhile", "Written before"]);
  await alice.page.unroute(token);
  await alice.outage().waitFor({ state: "hidden" });
  await alice.saved();
  await until("the API has both", async () => (await alice.tasksOfApi()).map(({ title }) => title).join() === "Written meanwhile,Written before");
});
