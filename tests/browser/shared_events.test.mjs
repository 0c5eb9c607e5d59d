// The client package in a real browser: all tabs share one event stream, and older browsers are enough.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";

import { create, expectReceived, startPagesOf } from "./client-pages.mjs";
import { until } from "./user.mjs";

test("three tabs share one request for events", async (t) => {
  const { open, count, streams } = await startPagesOf(t);
  const pages = [await open(), await open(), await open()];
  const revisions = [];
  for (const page of pages) revisions.push(await create(page, "for all"));
  for (const page of pages) await expectReceived(page, revisions);
  assert.deepEqual([count("events"), count("changes"), await streams()], [1, 0, 1]);
});

test("tabs continue without a gap when the leader closes", async (t) => {
  const { open, requests, count, streams } = await startPagesOf(t);
  const pages = [await open(), await open(), await open()];
  const revisions = [];
  for (let turn = 1; pages.length > 1; turn += 1) {
    revisions.push(await create(pages[0], "before"));
    for (const page of pages) await expectReceived(page, revisions);
    const leader = requests.findLast(({ to }) => to === "events").page;
    pages.splice(pages.indexOf(leader), 1);
    const [revision] = await Promise.all([create(pages[0], "meanwhile"), leader.close()]);
    revisions.push(revision, await create(pages[0], "after"));
    for (const page of pages) await expectReceived(page, revisions);
    await until("another one leads", () => count("events") === turn + 1);
    await until("there is one stream", async () => (await streams()) === 1);
  }
  await pages[0].evaluate(() => window.api.close());
  await until("it has ended", () => pages[0].evaluate(() => window.ended?.startsWith("AccountChanged")));
  await until("there is no stream", async () => (await streams()) === 0);
});

test("the stream of a frozen leader is taken over", async (t) => {
  const { open, context, requests, count, streams } = await startPagesOf(t);
  const pages = [await open({ tickMs: 200 }), await open({ tickMs: 200 })];
  const revisions = [await create(pages[1], "before")];
  for (const page of pages) await expectReceived(page, revisions);
  const leader = requests.find(({ to }) => to === "events").page;
  assert.equal(leader, pages[0]);
  // A page at a breakpoint runs nothing, and keeps its locks.
  const devtools = await context.newCDPSession(leader);
  await devtools.send("Debugger.enable");
  const paused = new Promise((resolve) => devtools.once("Debugger.paused", resolve));
  const evaluated = devtools.send("Runtime.evaluate", { expression: "debugger" });
  await paused;
  revisions.push(await create(pages[1], "while it is frozen"));
  await expectReceived(pages[1], revisions);
  await until("the other one leads", () => count("events") === 2);
  await devtools.send("Debugger.resume");
  await evaluated;
  revisions.push(await create(pages[1], "after it"));
  for (const page of pages) await expectReceived(page, revisions);
  await until("there is one stream", async () => (await streams()) === 1);
});

test("tabs of different users do not share", async (t) => {
  const { open, count } = await startPagesOf(t);
  const [alice, bob] = [await open(), await open({}, randomUUID())];
  await create(alice, "a secret of Alice");
  const revision = await create(bob, "of Bob");
  await expectReceived(bob, [revision]);
  assert.equal(count("events"), 2);
  assert.deepEqual(
    await bob.evaluate(() => window.events.map(({ change }) => change?.task.title)),
    [undefined, "of Bob"],
  );
});

test("tabs without Web Locks have a stream each", async (t) => {
  const { open, count } = await startPagesOf(t, () => delete Navigator.prototype.locks);
  const pages = [await open(), await open()];
  const revision = await create(pages[0], "for both");
  for (const page of pages) await expectReceived(page, [revision]);
  assert.equal(count("events"), 2);
});

test("events are polled where responses have no body", async (t) => {
  const { open, count } = await startPagesOf(t, () => delete Response.prototype.body);
  const pages = [await open({ pollMs: 50 }), await open({ pollMs: 50 })];
  const revisions = [await create(pages[0], "one"), await create(pages[1], "two")];
  for (const page of pages) await expectReceived(page, revisions);
  assert.equal(count("events"), 0);
  assert.notEqual(count("changes"), 0);
});

test("the client works without newer members of AbortSignal", async (t) => {
  const { open, requests } = await startPagesOf(t, () => {
    delete AbortSignal.any;
    delete AbortSignal.timeout;
    delete AbortSignal.prototype.throwIfAborted;
  });
  const page = await open();
  const result = await page.evaluate(async () => {
    const { api } = window;
    const task = await api.create({ title: "one" });
    const updated = await api.update(task, { title: "two" });
    const { tasks } = await api.list();
    const caught = async (promise) => promise.then(() => "none", (error) => error.message);
    const inFlight = new AbortController();
    const listing = caught(api.list({}, { signal: inFlight.signal }));
    inFlight.abort(new Error("left"));
    const stopped = new AbortController();
    const events = api.events({ signal: stopped.signal });
    await events.next();
    stopped.abort(new Error("stopped"));
    const cancelled = [await listing, await caught(events.next())];
    return { titles: [task.title, updated.title, ...tasks.map(({ title }) => title)], revision: updated.revision, cancelled };
  });
  assert.deepEqual(result.titles, ["one", "two", "two"]);
  assert.deepEqual(result.cancelled, ["left", "stopped"]);
  await until("its stream has both", () => page.evaluate((last) => window.events.at(-1).change?.revision === last, result.revision));
  assert.equal(requests.filter(({ to }) => to === "events").length, 1);
});
