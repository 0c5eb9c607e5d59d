import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, expect, test } from "vitest";

import { caller, failure } from "../tests/caller";

let server: Server;

/** Something else than the API at its address. */
async function other(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

test("a server that is not there is unreachable", async () => {
  const baseUrl = await other(() => {});
  server.close();
  expect(await failure(caller({ baseUrl }).api.list())).toMatchObject({ name: "Unreachable" });
});

test("the error page of a proxy is no answer of the API", async () => {
  const baseUrl = await other((_, response) => response.writeHead(502, { "Content-Type": "text/html" }).end("<h1>"));
  const error = await failure(caller({ baseUrl }).api.list());
  expect(error).toMatchObject({ name: "Unreachable", message: "The API answered 502 without saying why." });
});

test("the login page of a network is no answer of the API", async () => {
  const baseUrl = await other((_, response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<h1>"));
  expect(await failure(caller({ baseUrl }).api.list())).toMatchObject({ name: "Unreachable" });
});

test("an answer that breaks off is none", async () => {
  const baseUrl = await other((_, response) => {
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": 1000 }).write("[");
    setImmediate(() => response.destroy());
  });
  expect(await failure(caller({ baseUrl }).api.list())).toMatchObject({ name: "Unreachable" });
});

test("an API that asks for patience says for how long", async () => {
  const body = {
    type: "https://tasknook.dev/problems/overloaded",
    title: "Too much is going on",
    status: 503,
    detail: "Too much is going on; try again shortly.",
    code: "overloaded",
    request_id: "r",
  };
  const headers = { "Content-Type": "application/problem+json", "Retry-After": "3" };
  const baseUrl = await other((_, response) => response.writeHead(503, headers).end(JSON.stringify(body)));
  const error = await failure(caller({ baseUrl }).api.list());
  expect(error).toMatchObject({ name: "Problem", code: "overloaded", retryAfter: 3, requestId: "r" });
});

test("closing ends what is under way, and nothing begins after it", async () => {
  let arrived = () => {};
  const asked = new Promise<void>((resolve) => (arrived = resolve));
  const baseUrl = await other(() => arrived());
  const { api, sent } = caller({ baseUrl });
  const under = failure(api.list());
  await asked;
  api.close();
  expect(await under).toMatchObject({ name: "AccountChanged" });
  expect(await failure(api.list())).toMatchObject({ name: "AccountChanged" });
  expect(sent).toHaveLength(1);
});

test("a caller may give up", async () => {
  const baseUrl = await other(() => {});
  const { api } = caller({ baseUrl });
  const leaving = new AbortController();
  const under = failure(api.list({}, leaving.signal));
  leaving.abort();
  expect(await under).toMatchObject({ name: "AbortError" });
});
