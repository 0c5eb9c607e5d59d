import type { ServerResponse } from "node:http";

import { expect, onTestFinished, test, vi } from "vitest";

import { failure, testClient } from "./support.ts";
import { followed } from "./followed.ts";
import { otherServer } from "./servers.ts";
import { sleep } from "../src/abort.ts";
import { poll, type PollOptions } from "../src/poll.ts";
import type { Client } from "../src/index.ts";

const pathsOf = (sent: Request[]) => new Set(sent.map(({ url }) => new URL(url).pathname.split("/").at(-1)));

/** A client without streams that reads the changes all the time. */
const pollingClient = () => testClient({ stream: false, pollMs: 10 });

const follow = (api: Client, since?: string) => followed((signal) => api.events({ since, signal }));

/** Polling whose pauses have no end, unless the test skips them. */
function polled(changes: PollOptions["changes"], since?: string, pause: PollOptions["pause"] = (_, signal) => sleep(3_600_000, signal)) {
  return followed((signal) => poll({ changes, since, signal, pollMs: 10_000, pause }));
}

test("without streams, the changes are read again and again", async () => {
  const { api, sent } = pollingClient();
  const before = await api.create({ title: "before" });
  const stream = follow(api);
  await stream.expect({ type: "ready", missed: true });
  const one = await api.create({ title: "one" });
  await stream.expect({ type: "change", change: { kind: "put", id: one.id, task: one } });
  await api.remove(before);
  const { position } = await stream.expect({ change: { kind: "deleted", id: before.id } });
  await stream.close();

  const [two, three] = [await api.create({ title: "two" }), await api.create({ title: "three" })];
  const later = follow(api, position);
  // A page is complete at its last change.
  await later.expect({ position, change: { task: two } });
  const last = await later.expect({ change: { task: three } });
  expect(last.position).not.toBe(position);
  await later.expect({ type: "ready", missed: false, position: last.position });
  const repeated = follow(api, position);
  await repeated.expect({ change: { task: two } });
  for (const each of [later, repeated]) await each.close();
  expect(pathsOf(sent)).toEqual(new Set(["tasks", "changes", before.id]));
});

test("an unusable position makes polling begin again", async () => {
  const { api } = pollingClient();
  const stream = follow(api, "x");
  await stream.expect({ type: "ready", missed: true });
  const before = await api.create({ title: "of before" });
  await stream.expect({ change: { task: before } });
  await api.deleteUser();
  await stream.expect({ type: "ready", missed: true });
  const after = await api.create({ title: "of after" });
  await stream.expect({ change: { task: after } });
  expect(await stream.close(new Error("left"))).toMatchObject({ message: "left" });
});

test("pages of changes are read without a pause", async () => {
  const { api } = testClient();
  const { next: since } = await api.changes();
  const titles = ["a", "b", "c", "d", "e"];
  await api.bulk(titles.map((title) => ({ op: "create", task: { title } }) as const));
  const stream = polled((query) => api.changes({ ...query, limit: 2 }), since);
  for (const title of titles) await stream.expect({ type: "change", change: { task: { title } } });
  await stream.expect({ type: "ready", missed: false });
  const fresh = polled((query) => api.changes({ ...query, limit: 2 }));
  await fresh.expect({ type: "ready", missed: true });
  for (const each of [stream, fresh]) await each.close();
});

test("failures of polling are repeated, later each time", async () => {
  const problem = { "Content-Type": "application/problem+json" };
  const answers: ((response: ServerResponse) => void)[] = [
    (response) => response.writeHead(503, { ...problem, "Retry-After": "25" }).end(`{"status": 503}`),
    (response) => response.destroy(),
    (response) => response.writeHead(502, { "Content-Type": "text/html" }).end("<h1>"),
    (response) => response.writeHead(404, problem).end(`{"status": 404}`),
  ];
  vi.spyOn(Math, "random").mockReturnValue(1);
  const { api } = testClient({ baseUrl: await otherServer((_, response) => answers.shift()!(response)), maxRetries: 0 });
  const pauses: number[] = [];
  const stream = polled(api.changes, undefined, async (millis) => void pauses.push(millis));
  expect(await stream.ended).toMatchObject({ name: "Problem", status: 404 });
  expect(pauses).toEqual([28_000, 9000, 17_000]);
});

test("close ends polling during a pause", async () => {
  const { api } = testClient({ stream: false, pollMs: 3_600_000 });
  const stream = follow(api);
  await stream.expect({ type: "ready", missed: true });
  api.close();
  expect(await stream.ended).toMatchObject({ name: "AccountChanged" });
  expect(await failure(api.events().next())).toMatchObject({ name: "AccountChanged" });
});

test("the client works with what React Native has", async () => {
  const { api, userId } = testClient({ userId: "Zoë 🛒" });
  await api.deleteUser();
  const reason = Object.getOwnPropertyDescriptor(AbortSignal.prototype, "reason")!;
  onTestFinished(() => void Object.defineProperty(AbortSignal.prototype, "reason", reason));
  Object.defineProperty(AbortSignal.prototype, "reason", { ...reason, get: () => undefined });
  vi.stubGlobal("TextDecoder", undefined);
  const native = testClient({ userId, stream: false, pollMs: 10 });
  const stream = follow(native.api);
  await stream.expect({ type: "ready", missed: true });
  const task = await native.api.create({ title: "one" });
  await stream.expect({ change: { task } });
  native.api.close();
  expect(await stream.ended).toMatchObject({ name: "AccountChanged" });
  expect(await failure(native.api.list())).toMatchObject({ name: "AccountChanged" });
});
