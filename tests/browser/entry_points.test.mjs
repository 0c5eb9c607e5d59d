// The other entry points of the application: a rewrite instead of CORS, a route handler, the keyboard.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { startContext } from "./context.mjs";

test("a rewrite gives the browser a single origin", async (t) => {
  const { user } = await startContext(t, {
    api: { TASKNOOK_CORS__ORIGINS: "" },
    app: { TASKNOOK_BROWSER_URL: "/backend" },
  });
  const alice = await user("Alice");
  await alice.add("Through the rewrite");
  await alice.edit("Through the rewrite", { description: "changed through it" });
  await alice.remove("Through the rewrite");
  const requests = alice.responses.filter(({ path }) => path !== "/api/auth/token");
  assert.ok(requests.length >= 4 && requests.every(({ path }) => path.startsWith("/backend/api/")), JSON.stringify(requests));
});

test("a rewrite forwards tokens, not cookies, to the API only", async (t) => {
  const arrived = [];
  const echo = createServer((request, response) => response.end(void arrived.push(request) ?? "{}"));
  await new Promise((resolve) => echo.listen(0, "127.0.0.1", resolve));
  t.after(() => echo.close());
  const { origin } = await startContext(t, { app: { TASKNOOK_URL: `http://127.0.0.1:${echo.address().port}` } });
  const headers = { Authorization: "Bearer token", Cookie: "better-auth.session_token=secret", "If-Match": '"1"' };
  assert.equal((await fetch(`${origin}/backend/api/tasks?limit=1`, { headers })).status, 200);
  const [{ url, headers: sent }] = arrived;
  assert.equal(url, "/api/tasks?limit=1");
  assert.deepEqual([sent.authorization, sent["if-match"], sent.cookie], ["Bearer token", '"1"', undefined]);
  for (const path of ["/backend/metrics", "/backend/docs"]) {
    assert.equal((await fetch(`${origin}${path}`, { headers })).status, 404);
  }
  assert.equal(arrived.length, 1);
});

test("a route handler returns the tasks of the signed-in user", async (t) => {
  const { user, origin } = await startContext(t);
  const [alice, bob] = await Promise.all([user("Alice"), user("Bob")]);
  await alice.add("Of Alice");
  await bob.add("Of Bob");
  const exported = await alice.page.request.get(`${origin}/tasks/export`);
  assert.equal(exported.status(), 200);
  assert.deepEqual((await exported.json()).map(({ title }) => title), ["Of Alice"]);
  const anonymous = await fetch(`${origin}/tasks/export`, { redirect: "manual" });
  assert.equal(anonymous.status, 401);
});

test("every action is available from the keyboard", async (t) => {
  const { user } = await startContext(t);
  const alice = await user("Alice");
  const keys = alice.page.keyboard;
  const focusedTask = () => alice.page.evaluate(() => document.activeElement?.closest("li")?.textContent);
  await alice.page.locator("body").press("n");
  for (const title of ["First", "Second"]) {
    const created = alice.nextResponse("PUT");
    await keys.type(title);
    await keys.press("Enter");
    assert.equal((await created).status(), 201);
  }
  await alice.expectTasks(["Second", "First"]);

  await keys.press("Escape");
  await keys.press("Tab");
  await keys.press("ArrowDown");
  await keys.press("ArrowDown");
  assert.match(String(await focusedTask()), /First/);
  const ticked = alice.nextResponse("PATCH");
  await keys.press("Space");
  assert.equal((await ticked).status(), 200);
  assert.equal(await alice.checkbox("First").isChecked(), true);
  await keys.press("e");
  await alice.page.getByRole("dialog").getByLabel("Title").and(alice.page.locator(":enabled")).fill("First, changed");
  const saved = alice.nextResponse("PATCH");
  await keys.press("Enter");
  assert.equal((await saved).status(), 200);
  await alice.page.getByRole("dialog").waitFor({ state: "hidden" });
  await alice.expectTasks(["Second", "First, changed"]);
  await keys.press("/");
  await keys.type("second");
  await alice.expectTasks(["Second"]);
  await keys.press("Escape");
  await alice.expectTasks(["Second", "First, changed"]);
});
