import { expect, test } from "vitest";

import type { Fetch } from "../src/index.ts";
import { StorageFailed, type OfflineTabs } from "../src/offline/index.ts";
import { Device, storedTasks } from "./offline-device.ts";
import { failure, testClient } from "./support.ts";
import { testBrowser } from "./tabs.ts";

const titles = (tasks: { title: string }[]) => tasks.map(({ title }) => title);

/** A promise, and what fulfills it. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** Two tabs of a browser: processes with a storage in common. */
async function twoTabs(autoSend = false) {
  const browser = testBrowser();
  const first = new Device();
  const second = new Device({ userId: first.userId, stored: first.stored });
  const devices = [first, second] as const;
  const tabs = devices.map(() => browser.tab());
  const open = (index: 0 | 1) => devices[index].open({ tabs: tabs[index] as unknown as OfflineTabs, autoSend, retryMs: 1 });
  return { devices, tabs, queues: [await open(0), await open(1)] as const };
}

test("tabs show the writes of each other", async () => {
  const { devices, queues } = await twoTabs();
  await queues[0].create({ title: "one" });
  await expect.poll(() => titles(queues[1].tasks())).toEqual(["one"]);
  await queues[1].update(queues[1].tasks()[0]!, { title: "two" });
  await expect.poll(() => titles(queues[0].tasks())).toEqual(["two"]);
  await Promise.all(queues.map((offline) => offline.flush()));
  expect([...devices[0].keys, ...devices[1].keys]).toHaveLength(1);
  expect(titles(await storedTasks(devices[0].userId))).toEqual(["two"]);
  for (const offline of queues) offline.close();
});

test("writes of two tabs at the same time are all kept", async () => {
  const { devices, queues } = await twoTabs(true);
  const created = [0, 1, 2, 3, 4, 5].map((number) => queues[number % 2]!.create({ title: String(number) }));
  await Promise.all(created);
  for (const offline of queues) await expect.poll(() => offline.status().pending).toBe(0);
  expect(titles(await storedTasks(devices[0].userId)).sort()).toEqual(["0", "1", "2", "3", "4", "5"]);
  for (const offline of queues) {
    await offline.refresh();
    expect(offline.tasks()).toEqual(await storedTasks(devices[0].userId));
    offline.close();
  }
});

test("a tab sends what a crashed one has not finished", async () => {
  const { devices, tabs, queues } = await twoTabs();
  await queues[0].create({ title: "one" });
  devices[0].network = "lost";
  await queues[0].flush().catch(() => {});
  devices[0].kill();
  tabs[0]!.crash();
  await queues[1].flush();
  expect(devices[1].keys).toEqual(devices[0].keys);
  expect(titles(await storedTasks(devices[0].userId))).toEqual(["one"]);
  for (const offline of queues) offline.close();
});

test("what a closed tab has not sent is sent after an outage", async () => {
  const { devices, queues } = await twoTabs(true);
  for (const device of devices) device.network = "cut";
  await queues[0].create({ title: "one" });
  await expect.poll(() => titles(queues[1].tasks())).toEqual(["one"]);
  queues[0].close();
  await failure(queues[1].refresh());
  devices[1].network = "on";
  await expect.poll(() => queues[1].status()).toMatchObject({ pending: 0, error: undefined });
  expect(titles(await storedTasks(devices[1].userId))).toEqual(["one"]);
  queues[1].close();
});

test("a tab that missed the messages reads the storage", async () => {
  const { tabs, queues } = await twoTabs();
  tabs[1]!.freeze();
  await queues[0].create({ title: "one" });
  tabs[1]!.thaw();
  await queues[1].create({ title: "two" });
  expect(titles(queues[1].tasks())).toEqual(["two", "one"]);
  for (const offline of queues) offline.close();
});

test("a deleted queue remains deleted in all tabs", async () => {
  const { devices, tabs, queues } = await twoTabs();
  await queues[0].create({ title: "one" });
  await queues[0].flush();
  // Another tab, which loads the changes while the first one deletes them.
  const [arrived, released] = [gate(), gate()];
  const slow: Fetch = async (url, init) => {
    arrived.open();
    await released.opened;
    return fetch(url, init);
  };
  const loading = await devices[1].open({ tabs: tabs[1] as unknown as OfflineTabs, clientOptions: { fetch: slow } });
  const refreshed = failure(loading.refresh());
  await arrived.opened;
  await testClient({ userId: devices[0].userId }).api.create({ title: "two" });
  await queues[0].clear();
  released.open();
  expect(await refreshed).toBeInstanceOf(StorageFailed);
  await expect(loading.create({ title: "three" })).rejects.toThrow(StorageFailed);
  expect(loading.tasks()).toEqual([]);
  const next = await devices[1].open();
  expect(next.tasks()).toEqual([]);
  await next.refresh();
  expect(titles(next.tasks())).toEqual(["two", "one"]);
  for (const offline of [...queues, loading, next]) offline.close();
});

test("a queue is deleted while a request has no response", async () => {
  const { devices, queues } = await twoTabs();
  await queues[0].create({ title: "one" });
  await queues[0].flush();
  const arrived = gate();
  const never: Fetch = (_, { signal }) =>
    new Promise((_, reject) => {
      signal!.addEventListener("abort", () => reject(signal!.reason));
      arrived.open();
    });
  const slow = await devices[0].open({ clientOptions: { fetch: never } });
  const refreshed = slow.refresh();
  await arrived.opened;
  await slow.clear();
  await expect(refreshed).rejects.toThrow();
  expect((await devices[0].open()).tasks()).toEqual([]);
  for (const offline of queues) offline.close();
});
