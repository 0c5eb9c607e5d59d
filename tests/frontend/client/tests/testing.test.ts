// What `tasknook-client/testing` has besides the API.

import { expect, test } from "vitest";

import { failure } from "./support.ts";
import { followed } from "./followed.ts";
import { createTestServer } from "../src/testing/index.ts";

test("clients of a server have the tasks of their users", async () => {
  const server = createTestServer();
  const task = await server.client("a").create({ title: "mine" });
  expect((await server.client("a").list()).tasks).toEqual([task]);
  expect((await server.client("b").list()).tasks).toEqual([]);
  expect(server.user("a")).toEqual({ tasks: [task], trash: [], lists: [] });
  expect(server.user("c")).toEqual({ tasks: [], trash: [], lists: [] });
  expect((await createTestServer().client("a").list()).tasks).toEqual([]);
});

test("an injected problem is the response so often", async () => {
  const server = createTestServer();
  const api = server.client("a", { maxRetries: 0 });
  server.fail("POST /tasks", { code: "overloaded", retryAfter: 7 }, { times: 2 });
  const problem = { code: "overloaded", status: 503, retryAfter: 7 };
  await api.list();
  for (let time = 0; time < 2; time += 1) expect(await failure(api.create({ title: "x" }))).toMatchObject(problem);
  await api.create({ title: "x" });
  const end = server.fail(/^GET .*\/tasks$/, { code: "internal" }, { times: Infinity });
  for (let time = 0; time < 3; time += 1) expect(await failure(api.list())).toMatchObject({ code: "internal", status: 500 });
  end();
  expect((await api.list()).tasks).toHaveLength(1);
});

test("a retry after an injected problem creates one task", async () => {
  const server = createTestServer();
  server.fail("POST /tasks", { code: "outcome_unknown" }, { executed: true });
  const task = await server.client("a").create({ title: "once" });
  expect(server.user("a").tasks).toEqual([task]);
});

test("an injected error is that of a network", async () => {
  const server = createTestServer();
  const api = server.client("a");
  server.fail("PATCH /tasks/{id}", new TypeError("Failed to fetch"), { executed: true });
  const task = await api.create({ title: "old" });
  expect(await failure(api.update(task, { title: "new" }))).toMatchObject({ name: "Unreachable" });
  expect(server.user("a").tasks[0]).toMatchObject({ title: "new", revision: 2 });
});

test("the clock is that of tasks and tokens", async () => {
  const server = createTestServer();
  server.clock.set("2026-12-24T10:00:00Z");
  const token = server.tokenFor("a", { lifetimeSeconds: 60 });
  const get = async () => (await server.fetch("http://any/api/tasks", { headers: { Authorization: `Bearer ${token}` } })).status;
  const task = await server.client("a").create({ title: "x", due_date: "2026-12-24" });
  expect(task.created_at).toBe("2026-12-24T10:00:00.000Z");
  expect([await get(), (await server.client("a").list({ overdue: true })).tasks]).toEqual([200, []]);
  server.clock.advance(24 * 3_600_000);
  expect([await get(), (await server.client("a").list({ overdue: true })).tasks]).toEqual([401, [task]]);
  server.clock.set();
  expect(Math.abs(server.clock.now() - Date.now())).toBeLessThan(60_000);
});

test("a stream continues after a lost connection", async () => {
  const server = createTestServer();
  const api = server.client("a");
  const stream = followed((signal) => api.events({ signal }));
  await stream.expect({ type: "ready", missed: true });
  server.disconnect();
  const task = await api.create({ title: "meanwhile" });
  await stream.expect({ type: "change", change: { task } });
  await stream.expect({ type: "ready", missed: false });
  await stream.close();
});

test("a stream ends when its token expires", async () => {
  const server = createTestServer();
  const stream = followed((signal) => server.client("a").events({ signal }));
  await stream.expect({ type: "ready", missed: true });
  server.clock.advance(900_000);
  await stream.expect({ type: "ready", missed: false });
  await stream.close();
});

test("requests are aborted while they wait", async () => {
  const server = createTestServer({ latencyMs: 60_000 });
  const controller = new AbortController();
  const pending = failure(server.client("a").list({}, { signal: controller.signal }));
  controller.abort(new Error("left"));
  expect(await pending).toMatchObject({ message: "left" });
});

test("a Request is sent like a URL", async () => {
  const server = createTestServer();
  const headers = { Authorization: `Bearer ${server.tokenFor("a")}`, "Content-Type": "application/json" };
  const request = new Request("http://any/api/tasks", { method: "POST", headers, body: '{"title":"x"}' });
  const response = await server.fetch(request);
  expect([response.status, await response.json()]).toMatchObject([201, { title: "x" }]);
  const rejected = await server.fetch(new URL("http://any/api/tasks"), { method: "FROB" });
  expect([rejected.status, rejected.headers.get("Allow")]).toEqual([405, "GET, HEAD, POST, OPTIONS"]);
});

test("reset makes a server as new", async () => {
  const server = createTestServer();
  await server.client("a").create({ title: "x" });
  server.clock.set(0);
  server.fail(/./, new TypeError("Failed to fetch"), { times: Infinity });
  server.reset();
  expect((await server.client("a").list()).tasks).toEqual([]);
  expect(server.clock.now()).toBeGreaterThan(0);
});
