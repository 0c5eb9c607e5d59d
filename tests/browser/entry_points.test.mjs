// The other ways through the application: a rewrite instead of CORS, a route handler, the keyboard.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";

import { world } from "./world.mjs";

test("through a rewrite the browser knows one origin alone", async (t) => {
  const { person } = await world(t, {
    api: { TASKNOOK_CORS__ORIGINS: "" },
    app: { TASKNOOK_BROWSER_URL: "/backend" },
  });
  const alice = await person("Alice");
  await alice.add("By the back door");
  await alice.edit("By the back door", { description: "and changed there" });
  await alice.remove("By the back door");
  const asked = alice.answers.filter(({ path }) => path !== "/api/auth/token");
  assert.ok(asked.length >= 4 && asked.every(({ path }) => path.startsWith("/backend/api/")), JSON.stringify(asked));
});

test("a rewrite sends the token on and leaves the cookie behind, and leads to nothing but the API", async (t) => {
  const arrived = [];
  const echo = createServer((request, response) => response.end(void arrived.push(request) ?? "{}"));
  await new Promise((resolve) => echo.listen(0, "127.0.0.1", resolve));
  t.after(() => echo.close());
  const { origin } = await world(t, { app: { TASKNOOK_URL: `http://127.0.0.1:${echo.address().port}` } });
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

test("a route handler answers with the tasks of whoever is signed in", async (t) => {
  const { person, origin } = await world(t);
  const [alice, bob] = await Promise.all([person("Alice"), person("Bob")]);
  await alice.add("Of Alice");
  await bob.add("Of Bob");
  const exported = await alice.page.request.get(`${origin}/tasks/export`);
  assert.equal(exported.status(), 200);
  assert.deepEqual((await exported.json()).map(({ title }) => title), ["Of Alice"]);
  const nobody = await fetch(`${origin}/tasks/export`, { redirect: "manual" });
  assert.equal(nobody.status, 401);
});

test("everything is done from the keyboard", async (t) => {
  const { person } = await world(t);
  const alice = await person("Alice");
  const keys = alice.page.keyboard;
  const focusedTask = () => alice.page.evaluate(() => document.activeElement?.closest("li")?.textContent);
  await alice.page.locator("body").press("n");
  for (const title of ["First", "Second"]) {
    const created = alice.answered("POST");
    await keys.type(title);
    await keys.press("Enter");
    assert.equal((await created).status(), 201);
  }
  await alice.sees(["Second", "First"]);

  await keys.press("Escape");
  await keys.press("Tab");
  await keys.press("ArrowDown");
  await keys.press("ArrowDown");
  assert.match(String(await focusedTask()), /First/);
  const ticked = alice.answered("PATCH");
  await keys.press("Space");
  assert.equal((await ticked).status(), 200);
  assert.equal(await alice.box("First").isChecked(), true);
  await keys.press("e");
  await alice.page.getByRole("dialog").getByLabel("Title").and(alice.page.locator(":enabled")).fill("First, changed");
  const saved = alice.answered("PATCH");
  await keys.press("Enter");
  assert.equal((await saved).status(), 200);
  await alice.page.getByRole("dialog").waitFor({ state: "hidden" });
  await alice.sees(["Second", "First, changed"]);
  await keys.press("/");
  await keys.type("second");
  await alice.sees(["Second"]);
  await keys.press("Escape");
  await alice.sees(["Second", "First, changed"]);
});
