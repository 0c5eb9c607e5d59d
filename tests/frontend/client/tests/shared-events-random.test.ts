import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { startApi } from "../../scripts/servers.mjs";
import { followed } from "./followed.ts";
import { SECRET, testClient } from "./support.ts";
import { testBrowser, type Tab } from "./tabs.ts";
import type { Client } from "../src/index.ts";

let folder: string;
let service: Awaited<ReturnType<typeof startApi>>;

// A service without the quota of the others, and with a metric of the streams of these tests alone.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tasknook-shared-events-"));
  const env = { BETTER_AUTH_SECRET: SECRET, DATABASE_URL: "sqlite://tasks.db", TASKNOOK_SERVER__PORT: "0" };
  service = await startApi({ folder, env });
});

afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true });
});

async function openStreams(): Promise<number> {
  const lines = (await (await fetch(`${service.url}/metrics`)).text()).split("\n");
  return Number(lines.find((line) => line.startsWith("tasknook_event_streams "))?.split(" ")[1]);
}

/** A generator of random numbers that can be repeated (mulberry32). */
function randomNumbers(seed: number) {
  return (below: number) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

interface OpenTab {
  api: Client;
  tabs: Tab;
  streams: ReturnType<typeof follow>[];
}

function openTab(browser: ReturnType<typeof testBrowser>, userId: string): OpenTab {
  const tabs = browser.tab();
  return { api: testClient({ baseUrl: service.url, userId }, tabs).api, tabs, streams: [] };
}

/** A subscription, with the revisions that it has received and the positions after them. */
function follow(api: Client, since?: { position: string; revision: number }) {
  const revisions: number[] = [];
  let position = since?.position;
  let readies = 0;
  const stream = followed(async function* (signal) {
    for await (const event of api.events({ since: since?.position, signal })) {
      if (event.type === "change") revisions.push(event.change.revision);
      else expect(event.missed).toBe(readies++ === 0 && !since);
      position = event.position;
      yield event;
    }
  });
  return {
    close: stream.close,
    ended: stream.ended,
    since,
    revisions,
    isReady: () => readies > 0,
    /** Where a later subscription can begin. */
    place: () => (position === undefined || !revisions.length ? undefined : { position, revision: revisions.at(-1)! }),
  };
}

test.each([1, 2, 3, 4, 5, 6])("every subscriber gets every change once, run %i", async (seed) => {
  const random = randomNumbers(seed);
  const browser = testBrowser({ tickMs: 15 });
  const { api: writer, userId } = testClient({ baseUrl: service.url });
  const written: number[] = [];
  const writes: Promise<void>[] = [];
  const all: ReturnType<typeof follow>[] = [];
  let tabs: OpenTab[] = [];
  const frozen = new Set<OpenTab>();

  async function write(count: number) {
    const operations = Array.from({ length: count }, () => ({ op: "create", task: { title: `${seed}` } }) as const);
    for (const { task } of await writer.bulk(operations)) written.push(task!.revision);
  }

  function subscribe(tab: OpenTab) {
    const earlier = all[random(all.length || 1)];
    const stream = follow(tab.api, random(2) ? earlier?.place() : undefined);
    tab.streams.push(stream);
    all.push(stream);
  }

  function end(tab: OpenTab, close: () => void) {
    frozen.delete(tab);
    tabs = tabs.filter((other) => other !== tab);
    close();
  }

  const actions: ((tab: OpenTab) => unknown)[] = [
    () => void (tabs.length < 5 && tabs.push(openTab(browser, userId)) && subscribe(tabs.at(-1)!)),
    (tab) => tab.streams.length < 3 && subscribe(tab),
    (tab) => tab.streams.splice(random(tab.streams.length || 1), 1)[0]?.close(),
    (tab) => end(tab, () => tab.api.close()),
    // The stream of a process that has ended is closed as well.
    (tab) => end(tab, () => (tab.tabs.crash(), tab.api.close())),
    (tab) => (tab.tabs.freeze(), frozen.add(tab)),
    () => frozen.forEach((tab) => (tab.tabs.thaw(), frozen.delete(tab))),
    // Until the lock of a frozen tab was taken.
    () => expect.poll(() => tabs.every((tab) => frozen.has(tab) || tab.streams.every(({ isReady }) => isReady()))).toBe(true),
  ];

  tabs.push(openTab(browser, userId));
  subscribe(tabs[0]!);
  for (let step = 0; step < 80; step += 1) {
    // Leaders more often than others.
    const leader = tabs.find((tab) => browser.holders().includes(tab.tabs));
    const tab = (random(2) && leader) || tabs[random(tabs.length || 1)];
    const writing = write(1 + random(4));
    writes.push(writing);
    if (tab) await actions[random(actions.length)]!(tab);
    else actions[0]!(tabs[0]!);
    if (random(2)) await writing;
    else await new Promise((resolve) => setImmediate(resolve));
  }
  for (const tab of frozen) tab.tabs.thaw();
  if (!tabs.length) tabs.push(openTab(browser, userId));
  for (const tab of tabs) if (!tab.streams.length) subscribe(tab);
  const open = tabs.flatMap(({ streams }) => streams);
  await expect.poll(() => open.every(({ isReady }) => isReady())).toBe(true);
  await Promise.all(writes);
  await write(1);
  const last = () => Math.max(...written);
  await expect.poll(() => open.every(({ revisions }) => revisions.at(-1) === last())).toBe(true);
  await expect.poll(openStreams).toBe(1);

  written.sort((a, b) => a - b);
  for (const { revisions, since } of all) {
    const begin = since ? since.revision : (revisions[0] ?? 0) - 1;
    const until = revisions.at(-1) ?? 0;
    expect(revisions).toEqual(written.filter((revision) => revision > begin && revision <= until));
  }
  for (const tab of tabs) tab.api.close();
  for (const { ended } of all) expect(String(await ended)).toMatch(/^Error: closed$|^AccountChanged/);
  await expect.poll(openStreams).toBe(0);
  expect(browser.holders()).toEqual([]);
});
