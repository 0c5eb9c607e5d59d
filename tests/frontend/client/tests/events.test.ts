import { SignJWT } from "jose";
import { expect, test } from "vitest";

import { freePort } from "../../scripts/servers.mjs";
import { failure, testClient, tokenFor } from "./support.ts";
import { followed } from "./followed.ts";
import type { Client } from "../src/index.ts";
import { SignedOut } from "../src/problem.ts";

const follow = (api: Client, since?: string) => followed((signal) => api.events({ since, signal }));

const titleOf = (title: string) => ({ type: "change", change: { kind: "put", task: { title } } });

test("a later stream continues after the last change", async () => {
  const { api, sent } = testClient();
  const first = follow(api);
  expect(await first.next()).toMatchObject({ type: "ready", missed: true });
  const task = await api.create({ title: "שלום 🛒" });
  const change = { revision: task.revision, type: "task", kind: "put", id: task.id, task };
  const { position } = await first.expect({ type: "change", change });
  await first.close();

  await api.update(task, { title: "new" });
  const list = await api.createList({ name: "Home" });
  await api.remove(task);
  const second = follow(api, position);
  await second.expect({ change: { type: "list", kind: "put", list } });
  await second.expect({ change: { type: "task", kind: "deleted", id: task.id } });
  await second.expect({ type: "ready", missed: false });
  expect(sent.findLast(({ url }) => url.endsWith("/events"))!.headers.get("Last-Event-ID")).toBe(position);
  await second.close();
});

test("an unusable position and a deletion begin a new stream", async () => {
  const { api } = testClient();
  const stream = follow(api, "x");
  await stream.expect({ type: "ready", missed: true });
  await api.create({ title: "of before" });
  await stream.expect(titleOf("of before"));
  await api.deleteUser();
  await stream.expect({ type: "ready", missed: true });
  await api.create({ title: "of after" });
  await stream.expect(titleOf("of after"));
  await stream.close();
});

test("a token that expires is replaced, and nothing is missed", async () => {
  const userId = crypto.randomUUID();
  const lifetimes = [3, 900];
  const fetchToken = () => tokenFor(userId, { lifetime: lifetimes.shift() });
  // As on a laptop that slept: its clock has not noticed.
  const { api, tokens, statuses } = testClient({ userId, fetchToken, now: () => 0 });
  const stream = follow(api);
  await stream.expect({ type: "ready", missed: true });
  await api.create({ title: "before" });
  await stream.expect(titleOf("before"));
  await stream.expect({ type: "ready", missed: false });
  await api.create({ title: "after" });
  await stream.expect(titleOf("after"));
  expect(tokens()).toBe(2);
  expect(new Set(statuses)).toEqual(new Set([200, 201]));
  await stream.close();
});

test("a rejected token is replaced", async () => {
  const userId = crypto.randomUUID();
  const key = new TextEncoder().encode("another secret than that of the API");
  const forged = new SignJWT().setSubject(userId).setIssuedAt().setExpirationTime("15m").setProtectedHeader({ alg: "HS256" }).sign(key);
  const candidates = [forged, tokenFor(userId)];
  const { api, statuses } = testClient({ userId, fetchToken: () => candidates.shift()! });
  const stream = follow(api);
  await stream.expect({ type: "ready", missed: true });
  expect(statuses).toEqual([401, 200]);
  await stream.close();
});

test("one stream more than allowed begins when another one ends", async () => {
  const { api, statuses } = testClient();
  const streams = Array.from({ length: 10 }, () => follow(api));
  for (const stream of streams) await stream.expect({ type: "ready" });
  const waiting = follow(api);
  await expect.poll(() => statuses.includes(429)).toBe(true);
  await streams.pop()!.close();
  await waiting.expect({ type: "ready", missed: true });
  await api.create({ title: "for all" });
  for (const stream of [...streams, waiting]) {
    await stream.expect(titleOf("for all"));
    await stream.close();
  }
});

test("the end of the session ends the stream", async () => {
  const { api } = testClient({ fetchToken: () => Promise.reject(new SignedOut("You are not signed in.")) });
  expect(await failure(api.events().next())).toMatchObject({ name: "SignedOut" });
});

test("close and the caller's signal end the stream at any time", async () => {
  const { api, sent } = testClient();
  const [aborted, closed] = [follow(api), follow(api)];
  for (const stream of [aborted, closed]) await stream.expect({ type: "ready" });
  expect(await aborted.close(new Error("left"))).toMatchObject({ message: "left" });
  api.close();
  expect(await closed.ended).toMatchObject({ name: "AccountChanged" });
  expect(await failure(api.events().next())).toMatchObject({ name: "AccountChanged" });
  expect(sent).toHaveLength(2);

  const { api: unreachable, tokens } = testClient({ baseUrl: `http://127.0.0.1:${await freePort()}` });
  const stream = follow(unreachable);
  await expect.poll(tokens).toBe(1);
  expect(await stream.close(new Error("left"))).toMatchObject({ message: "left" });
});

test("a stream that is aborted before it has a token sends nothing", async () => {
  const userId = crypto.randomUUID();
  let provide = (_: string) => {};
  const { api, sent } = testClient({ userId, fetchToken: () => new Promise<string>((resolve) => (provide = resolve)) });
  // As React's Strict Mode does.
  const first = follow(api);
  const ended = first.close();
  const second = follow(api);
  provide(await tokenFor(userId));
  await ended;
  await second.expect({ type: "ready", missed: true });
  expect(sent).toHaveLength(1);
  await second.close();
});
