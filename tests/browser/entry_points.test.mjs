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
  const { page } = alice;
  const keys = page.keyboard;
  const expectFocus = (title) =>
    page.waitForFunction((title) => document.activeElement?.closest("li")?.textContent.startsWith(title), title);
  const heading = (name) => page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  const choose = async (command) => {
    await keys.press("Control+k");
    await keys.type(command);
    await page.getByRole("option", { name: command, selected: true }).waitFor();
    await keys.press("Enter");
  };
  await page.locator("body").press("n");
  for (const title of ["First", "Second"]) {
    await keys.type(title);
    await keys.press("Enter");
    await alice.task(title).waitFor();
  }
  await alice.expectTasks(["Second", "First"]);

  await keys.press("Tab");
  await keys.press("ArrowDown");
  await keys.press("ArrowDown");
  await expectFocus("First");
  await keys.press("Space");
  await alice.expectTasks(["Second"]);
  await expectFocus("Second");
  await keys.press("e");
  await alice.editor().getByLabel("Title").and(page.locator(":focus")).waitFor();
  await keys.type(", changed");
  await keys.press("Enter");
  await alice.expectTasks(["Second, changed"]);
  await expectFocus("Second, changed");
  await keys.press("1");
  await alice.task("Second, changed").getByText("Urgent").waitFor();
  // The change shows first, then the notice that can be undone: the third one.
  await page.getByRole("button", { name: "Undo" }).nth(2).waitFor();
  await keys.press("u");
  await alice.task("Second, changed").getByText("Urgent").waitFor({ state: "detached" });
  await alice.expectTasks(["Second, changed"]);

  const completed = page.getByRole("button", { name: /^Completed/ }).and(page.locator(":focus"));
  for (let tabs = 0; !(await completed.count()); tabs += 1) {
    assert.ok(tabs < 10, "the completed tasks are within ten steps");
    await keys.press("Tab");
  }
  await keys.press("Enter");
  await alice.expectCompleted(["First"]);
  await keys.press("j");
  await keys.press("j");
  await expectFocus("First");
  await keys.press("Space");
  await alice.expectTasks(["Second, changed", "First"]);
  await expectFocus("First");
  await keys.press("Alt+ArrowUp");
  await alice.expectTasks(["First", "Second, changed"]);
  await expectFocus("First");
  await keys.press("Delete");
  await alice.expectTasks(["Second, changed"]);
  await alice.notice("is in the trash").waitFor();
  await keys.press("u");
  await alice.expectTasks(["First", "Second, changed"]);

  await keys.press("/");
  await keys.type("second");
  await alice.expectTasks(["Second, changed"]);
  await keys.press("Escape");
  await alice.expectTasks(["First", "Second, changed"]);
  await keys.press("Escape");
  await keys.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await keys.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });

  await choose("New list");
  await page.getByRole("dialog", { name: "New list" }).getByLabel("Name").and(page.locator(":focus")).waitFor();
  await keys.type("Home");
  await keys.press("Enter");
  await heading("Home");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await choose("All tasks");
  await heading("All tasks");
  await alice.saved();
  await page.reload();
  await alice.ready();
  await alice.expectTasks(["First", "Second, changed"]);
  await choose("Sign out");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
});
