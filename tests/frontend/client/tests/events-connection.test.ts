import { mkdtemp, rm } from "node:fs/promises";
import { request as send, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, inject, onTestFinished, test, vi } from "vitest";

import { freePort, startApi } from "../../scripts/servers.mjs";
import { SECRET, testClient, tokenFor } from "./support.ts";
import { followed } from "./followed.ts";
import { otherServer } from "./servers.ts";
import { events, type EventsOptions } from "../src/events.ts";
import { Token } from "../src/token.ts";

type Handler = (upstream: IncomingMessage, response: ServerResponse) => void;

/** A proxy for the API; `handle` has the response to each request for the stream, in turn, and then the last one again. */
function proxy(...handlers: Handler[]): Promise<string> {
  let count = 0;
  return otherServer((request, response) => {
    const upstream = send(inject("url") + request.url, { method: request.method, headers: request.headers });
    response.on("close", () => upstream.destroy());
    upstream.on("error", () => response.destroy());
    upstream.on("response", (arrived) => {
      response.writeHead(arrived.statusCode!, arrived.headers);
      if (!request.url!.endsWith("/events")) return arrived.pipe(response);
      handlers[Math.min(count++, handlers.length - 1)]!(arrived, response);
    });
    request.pipe(upstream);
  });
}

const forward: Handler = (upstream, response) => upstream.pipe(response);

/** A stream that records its pauses, in milliseconds, and skips them. */
function stream(baseUrl: string, { userId = crypto.randomUUID() as string, silence = 40_000, tokens = () => tokenFor(userId) } = {}) {
  const pauses: number[] = [];
  const sent: Request[] = [];
  const options: Omit<EventsOptions, "signal"> = {
    url: `${baseUrl}/api/${userId}/tasks/events`,
    token: new Token(userId, tokens),
    fetch: (url, init) => (sent.push(new Request(url, init)), fetch(url, init)),
    silence,
    pause: async (millis) => void pauses.push(millis),
  };
  const { api } = testClient({ userId });
  return { ...followed((signal) => events({ ...options, signal })), pauses, sent, api };
}

test("events are read whatever the borders of the chunks", async () => {
  const bytewise: Handler = (upstream, response) => {
    response.socket!.setNoDelay();
    upstream.on("data", async (chunk: Buffer) => {
      upstream.pause();
      for (const byte of chunk) {
        response.write(Uint8Array.of(byte));
        await new Promise(setImmediate);
      }
      upstream.resume();
    });
  };
  const followed = stream(await proxy(bytewise));
  await followed.expect({ type: "ready" });
  for (const title of ["Füße 🛒 ☃", "שלום"]) {
    const task = await followed.api.create({ title, description: "one\ntwo\r\nthree\rfour" });
    await followed.expect({ change: { task } });
  }
  await followed.close();
});

test("an event that was cut arrives with the next connection, once", async () => {
  let chunks = 0;
  const cut: Handler = (upstream, response) => {
    upstream.on("data", (chunk: Buffer) => {
      // `ready`, the first change, and half of the second one.
      chunks += 1;
      response.write(chunks < 3 ? chunk : chunk.subarray(0, chunk.length / 2));
      if (chunks === 3) setImmediate(() => response.destroy());
    });
  };
  const followed = stream(await proxy(cut, forward));
  await followed.expect({ type: "ready", missed: true });
  const one = await followed.api.create({ title: "one" });
  const { position } = await followed.expect({ change: { task: one } });
  const two = await followed.api.create({ title: "two" });
  await followed.expect({ change: { task: two } });
  await followed.expect({ type: "ready", missed: false });
  expect(followed.sent.map(({ headers }) => headers.get("Last-Event-ID"))).toEqual([null, position]);
  await followed.close();
});

test("a stream outlives a restart and a crash of the API", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tasknook-events-"));
  const env = { BETTER_AUTH_SECRET: SECRET, DATABASE_URL: "sqlite://tasks.db", TASKNOOK_SERVER__PORT: String(await freePort()) };
  let service = await startApi({ folder, env });
  onTestFinished(async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  });
  const { api } = testClient({ baseUrl: service.url });
  const following = followed((signal) => api.events({ signal }));
  await following.expect({ type: "ready", missed: true });
  for (const end of [service.stop, () => service.kill()]) {
    await end();
    service = await startApi({ folder, env });
    const task = await api.create({ title: "of after" });
    // It may have been ready before the create.
    const events = [await following.next(), await following.next()];
    expect(events).toContainEqual(expect.objectContaining({ type: "change", change: expect.objectContaining({ task }) }));
    expect(events).toContainEqual(expect.objectContaining({ type: "ready", missed: false }));
  }
  await following.close();
});

test("a connection that is silent for too long is lost", async () => {
  const silent: Handler = () => {};
  const followed = stream(await proxy(silent, silent, forward), { silence: 1000 });
  await followed.expect({ type: "ready", missed: true });
  expect(followed.pauses).toHaveLength(2);
  // The last one is silent as well, later.
  await followed.expect({ type: "ready", missed: false });
  await followed.close();
});

test("waits as long as the API asks for, longer after failures", async () => {
  const problem = { "Content-Type": "application/problem+json" };
  const answers: ((response: ServerResponse) => void)[] = [
    (response) => response.writeHead(200, { "Content-Type": "text/event-stream" }).end("retry: 4321\n\n"),
    (response) => response.writeHead(503, { ...problem, "Retry-After": "25" }).end(`{"status": 503}`),
    // A proxy, and the login page of a network.
    (response) => response.writeHead(502, { "Content-Type": "text/html" }).end("<h1>"),
    (response) => response.writeHead(200, { "Content-Type": "text/html" }).end("<h1>"),
    (response) => response.destroy(),
    (response) => response.writeHead(404, problem).end(`{"status": 404}`),
  ];
  vi.spyOn(Math, "random").mockReturnValue(1);
  const followed = stream(await otherServer((_, response) => answers.shift()!(response)));
  expect(await followed.ended).toMatchObject({ name: "Problem", status: 404 });
  expect(followed.pauses).toEqual([4321, 28_000, 17_000, 30_000, 30_000]);
});

test("a token that is never accepted is replaced with pauses", async () => {
  const userId = crypto.randomUUID();
  let requested = 0;
  const outdated = () => ((requested += 1), tokenFor(userId, { ago: 3600 }));
  const followed = stream(inject("url"), { userId, tokens: outdated });
  await expect.poll(() => requested).toBeGreaterThan(4);
  await followed.close();
  // Only the second request follows at once; the last one may still be in flight.
  expect(requested - followed.pauses.length).toBeLessThanOrEqual(2);
});
