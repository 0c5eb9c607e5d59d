import type { RequestListener } from "node:http";

import { expect, test } from "vitest";

import { otherServer } from "./servers.ts";
import { failure, testClient } from "./support.ts";

const PROBLEM = "application/problem+json";

/** A server that answers so often with a problem, and then with this body. */
async function failing(times: number, status: number, code: string, headers: Record<string, string> = {}, body: unknown = []) {
  let requests = 0;
  const listener: RequestListener = (_, response) => {
    requests += 1;
    const fails = requests <= times;
    response.writeHead(fails ? status : 200, { "Content-Type": fails ? PROBLEM : "application/json", ...headers });
    response.end(JSON.stringify(fails ? { status, code, detail: code, title: code, request_id: "r" } : body));
  };
  return { baseUrl: await otherServer(listener), requests: () => requests };
}

test("a rejected call is repeated after Retry-After", async () => {
  for (const [status, code] of [[429, "rate_limited"], [503, "overloaded"]] as const) {
    const server = await failing(2, status, code, { "Retry-After": "1" });
    const { api } = testClient({ baseUrl: server.baseUrl });
    const begun = performance.now();
    expect(await api.list()).toMatchObject({ tasks: [] });
    expect(server.requests()).toBe(3);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(2000);
  }
});

test("a call fails after two retries, or as many as configured", async () => {
  for (const [options, requests] of [[{}, 3], [{ maxRetries: 0 }, 1]] as const) {
    const server = await failing(9, 503, "database_unavailable");
    const { api } = testClient({ ...options, baseUrl: server.baseUrl });
    expect(await failure(api.list())).toMatchObject({ code: "database_unavailable" });
    expect(server.requests()).toBe(requests);
  }
});

test("other errors are not repeated, nor those of a long wait", async () => {
  for (const [status, code, headers] of [[422, "validation", {}], [500, "internal", {}], [429, "rate_limited", { "Retry-After": "31" }]] as const) {
    const server = await failing(1, status, code, headers);
    expect(await failure(testClient({ baseUrl: server.baseUrl }).api.list())).toMatchObject({ code });
    expect(server.requests()).toBe(1);
  }
});

test("a write with an unknown outcome is repeated only with a key", async () => {
  const task = { id: crypto.randomUUID(), revision: 1 };
  const post = await failing(1, 503, "outcome_unknown", {}, task);
  const { api, sent } = testClient({ baseUrl: post.baseUrl });
  expect(await api.create({ title: "once" })).toEqual(task);
  const keys = sent.map(({ headers }) => headers.get("Idempotency-Key"));
  expect(keys[0]).toBeTruthy();
  expect(keys).toEqual([keys[0], keys[0]]);
  const patch = await failing(1, 503, "outcome_unknown", {}, task);
  const write = testClient({ baseUrl: patch.baseUrl }).api.update(task, { title: "perhaps" });
  expect(await failure(write)).toMatchObject({ code: "outcome_unknown" });
  expect(patch.requests()).toBe(1);
});

test("an aborted call ends during the wait for its retry", async () => {
  const server = await failing(9, 503, "overloaded", { "Retry-After": "30" });
  const { api, statuses } = testClient({ baseUrl: server.baseUrl });
  const controller = new AbortController();
  const pending = failure(api.list({}, { signal: controller.signal }));
  await expect.poll(() => statuses).toEqual([503]);
  controller.abort(new Error("left the page"));
  expect(await pending).toMatchObject({ message: "left the page" });
});

test("every POST has a new key", async () => {
  const { api, sent } = testClient();
  const task = await api.create({ title: "one" });
  const moved = await api.move(task, { to: "last" });
  await api.remove(moved);
  await api.restore(task);
  await api.bulk([]);
  const list = await api.createList({ name: "list" });
  await api.moveList(list, { to: "first" });
  const posts = sent.filter(({ method }) => method === "POST").map(({ headers }) => headers.get("Idempotency-Key"));
  expect(posts).toHaveLength(6);
  expect(new Set(posts).size).toBe(6);
  expect(posts).not.toContain(null);
});
