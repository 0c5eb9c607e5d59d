import { expect, test } from "vitest";

import { failure, testClient } from "./support.ts";
import { followed } from "./followed.ts";
import { testBrowser } from "./tabs.ts";
import type { Client, ClientOptions, Task } from "../src/index.ts";
import { SignedOut } from "../src/problem.ts";

const follow = (api: Client, since?: string) => followed((signal) => api.events({ since, signal }));

const endpoints = (sent: Request[]) => sent.map(({ url }) => new URL(url).pathname.split("/").at(-1));

/** Takes the next change, which must be this one. It may be `ready` before, or again, if the leader has changed. */
async function expectChange(stream: ReturnType<typeof followed>, task: Task): Promise<void> {
  let event = await stream.next();
  while (event.type === "ready" && !event.missed) event = await stream.next();
  expect(event).toMatchObject({ type: "change", change: { task } });
}

/** Tabs of one user, and a client outside the browser that writes. */
function account(browser = testBrowser()) {
  const { api: writer, userId } = testClient();
  const tab = (options: Partial<ClientOptions> = {}) => {
    const tabs = browser.tab();
    return { ...testClient({ userId, ...options }, tabs), tabs };
  };
  return { browser, writer, userId, tab };
}

test("tabs share one stream, and read nothing else", async () => {
  const { writer, tab } = account();
  const tabs = [tab(), tab(), tab()];
  const streams = [];
  for (const { api } of [...tabs, tabs[0]!]) {
    const stream = follow(api);
    streams.push(stream);
    await stream.expect({ type: "ready", missed: true });
  }
  for (const title of ["one", "two", "three"]) {
    const task = await writer.create({ title });
    for (const stream of streams) await stream.expect({ type: "change", change: { task } });
  }
  expect(tabs.flatMap(({ sent }) => endpoints(sent))).toEqual(["events"]);
  for (const stream of streams) await stream.close();
});

test("another tab continues where the stream of a closed one ended", async () => {
  const { writer, browser, tab } = account();
  const [first, second, third] = [tab(), tab(), tab()];
  const streams = [];
  for (const { api } of [first, second, third]) {
    streams.push(follow(api));
    await streams.at(-1)!.expect({ type: "ready", missed: true });
  }
  expect(browser.holders()).toEqual([first.tabs]);
  const one = await writer.create({ title: "one" });
  for (const stream of streams) await stream.expect({ change: { task: one } });
  const closed = streams.shift()!.close();
  const two = await writer.create({ title: "two" });
  await closed;
  for (const stream of streams) await expectChange(stream, two);
  expect(browser.holders()).toEqual([second.tabs]);
  expect([...endpoints(second.sent), ...endpoints(third.sent)]).toEqual(["events"]);
  for (const stream of streams) await stream.close();
  await expect.poll(() => browser.holders()).toEqual([]);
});

test("a subscriber with a position gets what changed since", async () => {
  const { writer, tab } = account();
  const leader = follow(tab().api);
  const { position } = await leader.expect({ type: "ready", missed: true });
  const [one, two] = [await writer.create({ title: "one" }), await writer.create({ title: "two" })];
  for (const task of [one, two]) await leader.expect({ change: { task } });
  const [follower, again] = [tab(), tab()];
  const late = follow(follower.api, position);
  for (const task of [one, two]) await late.expect({ change: { task } });
  await late.expect({ type: "ready", missed: false });
  const unusable = follow(again.api, "x");
  await unusable.expect({ type: "ready", missed: true });
  const three = await writer.create({ title: "three" });
  for (const stream of [leader, late, unusable]) await stream.expect({ change: { task: three } });
  expect([endpoints(follower.sent), endpoints(again.sent)]).toEqual([["changes"], ["changes"]]);
  for (const stream of [leader, late, unusable]) await stream.close();
});

test("after the deletion of everything, all tabs begin again", async () => {
  const { writer, tab } = account();
  const streams = [follow(tab().api), follow(tab().api)];
  for (const stream of streams) await stream.expect({ type: "ready", missed: true });
  const before = await writer.create({ title: "before" });
  for (const stream of streams) await stream.expect({ change: { task: before } });
  await writer.deleteUser();
  for (const stream of streams) await stream.expect({ type: "ready", missed: true });
  const after = await writer.create({ title: "after" });
  for (const stream of streams) await stream.expect({ change: { task: after } });
  for (const stream of streams) await stream.close();
});

test("the lock of a frozen tab is taken, and the tab follows", async () => {
  const { writer, browser, tab } = account(testBrowser({ tickMs: 20 }));
  const [frozen, other] = [tab(), tab()];
  const streams = [follow(frozen.api), follow(other.api)];
  for (const stream of streams) await stream.expect({ type: "ready", missed: true });
  expect(browser.holders()).toEqual([frozen.tabs]);
  frozen.tabs.freeze();
  const task = await writer.create({ title: "meanwhile" });
  for (const stream of streams) await expectChange(stream, task);
  expect(browser.holders()).toEqual([other.tabs]);
  frozen.tabs.thaw();
  const again = await writer.create({ title: "after it" });
  for (const stream of streams) await expectChange(stream, again);
  expect(browser.holders()).toHaveLength(1);
  for (const stream of streams) await stream.close();
});

test("accounts and addresses of the API have streams of their own", async () => {
  const browser = testBrowser();
  const [alice, bob] = [account(browser), account(browser)];
  const streams = [follow(alice.tab().api), follow(bob.tab().api)];
  for (const stream of streams) await stream.expect({ type: "ready", missed: true });
  expect(browser.holders()).toHaveLength(2);
  await alice.writer.create({ title: "a secret of Alice" });
  const task = await bob.writer.create({ title: "of Bob" });
  await streams[1]!.expect({ change: { task } });
  for (const stream of streams) await stream.close();
});

test("each tab finds out that the session has ended", async () => {
  const { browser, tab } = account();
  const signedOut = () => Promise.reject(new SignedOut("You are not signed in."));
  const [first, second] = [tab(), tab({ fetchToken: signedOut })];
  const streams = [follow(first.api), follow(second.api)];
  await streams[0]!.expect({ type: "ready" });
  await streams[1]!.expect({ type: "ready" });
  first.api.close();
  expect(await streams[0]!.ended).toMatchObject({ name: "AccountChanged" });
  expect(await streams[1]!.ended).toMatchObject({ name: "SignedOut" });
  expect(browser.holders()).toEqual([]);
  expect(await failure(second.api.events().next())).toMatchObject({ name: "SignedOut" });
});

test("a consumer that stops releases the stream", async () => {
  const { browser, tab } = account();
  const { api } = tab();
  for await (const event of api.events()) {
    expect(event).toMatchObject({ type: "ready", missed: true });
    break;
  }
  await expect.poll(() => browser.holders()).toEqual([]);
  // An aborted one as well, although its consumer does not ask for the next event.
  const controller = new AbortController();
  const events = api.events({ signal: controller.signal });
  await events.next();
  expect(browser.holders()).toHaveLength(1);
  controller.abort(new Error("left"));
  await expect.poll(() => browser.holders()).toEqual([]);
  expect(await failure(events.next())).toMatchObject({ message: "left" });
});

test("a page without the right to locks has a stream of its own", async () => {
  const { writer, userId, browser } = account();
  const tabs = Object.assign(browser.tab(), { request: () => Promise.reject(new DOMException("denied", "SecurityError")) });
  const { api } = testClient({ userId }, tabs);
  const stream = follow(api);
  await stream.expect({ type: "ready", missed: true });
  const task = await writer.create({ title: "one" });
  await stream.expect({ change: { task } });
  await stream.close();
});

test("without streams, one tab reads the changes for all", async () => {
  const { writer, tab } = account();
  const tabs = [tab({ stream: false, pollMs: 10 }), tab({ stream: false, pollMs: 10 })];
  const streams = tabs.map(({ api }) => follow(api));
  for (const stream of streams) await stream.expect({ type: "ready", missed: true });
  const titles = ["a", "b", "c", "d"];
  await writer.bulk(titles.map((title) => ({ op: "create", task: { title } }) as const));
  for (const stream of streams) for (const title of titles) await stream.expect({ change: { task: { title } } });
  expect(tabs[1]!.sent).toHaveLength(0);
  for (const stream of streams) await stream.close();
});

test("shareEvents: false gives each client its own stream", async () => {
  const { browser, tab } = account();
  const { api, sent } = tab({ shareEvents: false });
  const streams = [follow(api), follow(api)];
  for (const stream of streams) await stream.expect({ type: "ready", missed: true });
  expect(endpoints(sent)).toEqual(["events", "events"]);
  expect(browser.holders()).toEqual([]);
  for (const stream of streams) await stream.close();
});

test("all tabs are notified of a connection that failed", async () => {
  const { tab } = account();
  let isCut = true;
  const fetch = (url: string, init: RequestInit) => (isCut ? Promise.reject(new TypeError("cut")) : globalThis.fetch(url, init));
  const failures = [0, 0, 0];
  const streams = failures.map((_, index) => {
    const { api } = tab({ fetch });
    return followed((signal) => api.events({ signal, onFailure: () => void (failures[index]! += 1) }));
  });
  await expect.poll(() => failures.every((count) => count > 0)).toBe(true);
  isCut = false;
  for (const stream of streams) await stream.expect({ type: "ready", missed: true });
  for (const stream of streams) await stream.close();
});
