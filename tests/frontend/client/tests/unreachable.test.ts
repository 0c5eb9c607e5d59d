import { expect, test } from "vitest";

import { freePort } from "../../scripts/servers.mjs";
import { failure, testClient } from "./support.ts";
import { otherServer } from "./servers.ts";

test("a stopped server is unreachable", async () => {
  const baseUrl = `http://127.0.0.1:${await freePort()}`;
  expect(await failure(testClient({ baseUrl }).api.list())).toMatchObject({ name: "Unreachable" });
});

test("the error page of a proxy counts as unreachable", async () => {
  const baseUrl = await otherServer((_, response) => response.writeHead(502, { "Content-Type": "text/html" }).end("<h1>"));
  const error = await failure(testClient({ baseUrl }).api.list());
  expect(error).toMatchObject({ name: "Unreachable", message: "The API returned an unexpected response (status 502)." });
});

test("the login page of a network counts as unreachable", async () => {
  const baseUrl = await otherServer((_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<h1>"));
  expect(await failure(testClient({ baseUrl }).api.list())).toMatchObject({ name: "Unreachable" });
});

test("an incomplete response counts as unreachable", async () => {
  const baseUrl = await otherServer((_, response) => {
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": 1000 }).write("[");
    setImmediate(() => response.destroy());
  });
  expect(await failure(testClient({ baseUrl }).api.list())).toMatchObject({ name: "Unreachable" });
});

test("a problem has the seconds of Retry-After", async () => {
  const body = {
    type: "https://tasknook.dev/problems/overloaded",
    title: "Service overloaded",
    status: 503,
    detail: "The service is overloaded; retry after the given delay.",
    code: "overloaded",
    request_id: "r",
  };
  const headers = { "Content-Type": "application/problem+json", "Retry-After": "3" };
  const baseUrl = await otherServer((_, response) => response.writeHead(503, headers).end(JSON.stringify(body)));
  const error = await failure(testClient({ baseUrl }).api.list());
  expect(error).toMatchObject({ name: "Problem", code: "overloaded", retryAfter: 3, requestId: "r" });
});

test("close aborts requests in flight and rejects new ones", async () => {
  let arrived = () => {};
  const received = new Promise<void>((resolve) => (arrived = resolve));
  const baseUrl = await otherServer(() => arrived());
  const { api, sent } = testClient({ baseUrl });
  const pending = failure(api.list());
  await received;
  api.close();
  expect(await pending).toMatchObject({ name: "AccountChanged" });
  expect(await failure(api.list())).toMatchObject({ name: "AccountChanged" });
  expect(sent).toHaveLength(1);
});

test("a caller can abort a request", async () => {
  const baseUrl = await otherServer(() => {});
  const { api } = testClient({ baseUrl });
  const controller = new AbortController();
  const pending = failure(api.list({}, { signal: controller.signal }));
  controller.abort();
  expect(await pending).toMatchObject({ name: "AbortError" });
});

test("a successful response without an object is unreachable", async () => {
  for (const body of ["null", '"text"', ""]) {
    const baseUrl = await otherServer((_, response) => response.writeHead(200, { "Content-Type": "application/json" }).end(body));
    const { api } = testClient({ baseUrl });
    const task = { id: crypto.randomUUID(), revision: 1 };
    for (const call of [api.list, () => api.create({ title: "a" }), () => api.update(task, {}), () => api.bulk([])]) {
      expect(await failure(call())).toMatchObject({ name: "Unreachable" });
    }
  }
});

test("a failed or silent fetchToken is unreachable", async () => {
  const cause = new TypeError("Network request failed");
  const failing = testClient({ fetchToken: () => Promise.reject(cause) });
  expect(await failure(failing.api.list())).toMatchObject({ name: "Unreachable", cause });
  const silent = testClient({ fetchToken: () => new Promise(() => {}), timeoutMs: 10 });
  expect(await failure(silent.api.list())).toMatchObject({ name: "Unreachable" });
});

test("a caller can abort a call that waits for another", async () => {
  const baseUrl = await otherServer(() => {});
  const { api } = testClient({ baseUrl });
  const task = { id: crypto.randomUUID(), revision: 1 };
  const first = failure(api.update(task, { title: "a" }));
  const reason = new Error("left the page");
  for (const call of [
    (signal: AbortSignal) => api.update(task, { title: "b" }, { signal }),
    (signal: AbortSignal) => api.get(task.id, { signal }),
    (signal: AbortSignal) => api.remove(task, { signal }),
  ]) {
    const controller = new AbortController();
    const waiting = failure(call(controller.signal));
    controller.abort(reason);
    expect(await waiting).toBe(reason);
  }
  api.close();
  expect(await first).toMatchObject({ name: "AccountChanged" });
});
