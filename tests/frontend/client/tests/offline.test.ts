import { randomUUID } from "node:crypto";

import { expect, test, vi } from "vitest";

import { SignedOut, Unreachable } from "../src/index.ts";
import { StorageFailed, type OfflineTasks } from "../src/offline/index.ts";
import { Device, storedTasks } from "./offline-device.ts";
import { browserEvents, failure, testClient } from "./support.ts";

const titles = (tasks: { title: string }[]) => tasks.map(({ title }) => title);

/** Sends everything, loads everything, and expects both sides to be equal. */
async function expectSynchronized(offline: OfflineTasks, userId: string) {
  await offline.flush();
  await offline.refresh();
  expect(offline.status()).toMatchObject({ pending: 0, error: undefined });
  expect(offline.tasks()).toEqual(await storedTasks(userId));
}

test("writes without a network are shown, stored and sent later", async () => {
  const device = new Device();
  device.network = "cut";
  let offline = await device.open();
  const milk = await offline.create({ title: "Buy milk", tags: ["shop"] });
  await offline.complete(milk);
  const book = await offline.create({ title: "Read" });
  await offline.update(book, { title: "Read a book", due_date: "2026-12-24" });
  await offline.move(book, { to: "last" });
  expect(await failure(offline.flush())).toBeInstanceOf(Unreachable);
  offline.close();
  offline = await device.open();
  expect(offline.tasks()).toMatchObject([
    { title: "Buy milk", completed: true },
    { title: "Read a book", due_date: "2026-12-24" },
  ]);
  device.network = "on";
  await expectSynchronized(offline, device.userId);
  expect(titles(offline.tasks())).toEqual(["Buy milk", "Read a book"]);
  expect(offline.conflicts()).toEqual([]);
});

test("a lost response is repeated with the same key", async () => {
  const device = new Device();
  let offline = await device.open();
  const task = await offline.create({ title: "one" });
  device.network = "lost";
  await failure(offline.flush());
  await offline.update(task, { title: "two" });
  offline.close();
  device.network = "on";
  offline = await device.open();
  await expectSynchronized(offline, device.userId);
  expect(device.keys[0]).toBe(device.keys[1]);
  expect(titles(offline.tasks())).toEqual(["two"]);
  expect(offline.conflicts()).toEqual([]);
});

test("a lost response of yesterday is settled by ids and conditions", async () => {
  const device = new Device();
  const offline = await device.open();
  const kept = await offline.create({ title: "kept" });
  const removed = await offline.create({ title: "removed" });
  const moved = await offline.create({ title: "moved" });
  await offline.flush();
  const created = await offline.create({ title: " created " });
  await offline.update(created, { title: "created, changed" });
  await offline.update(kept, { title: "kept, changed", tags: ["a"] });
  await offline.remove(removed);
  await offline.move(moved, { to: "last" });
  device.network = "lost";
  await failure(offline.flush());
  await offline.update(kept, { title: "kept, changed again" });
  device.now += 24 * 3_600_000;
  device.network = "on";
  await expectSynchronized(offline, device.userId);
  expect(new Set(device.keys).size).toBe(device.keys.length);
  expect(titles(offline.tasks())).toEqual(["created, changed", "kept, changed again", "moved"]);
  expect(offline.conflicts()).toEqual([]);
});

test("changes of different members are merged", async () => {
  const device = new Device();
  const { api } = testClient({ userId: device.userId });
  const task = await api.create({ title: "Buy milk" });
  const offline = await device.open();
  await offline.refresh();
  await api.update(task, { description: "2 litres" });
  await offline.update(offline.tasks()[0]!, { tags: ["shop"] });
  await offline.complete(offline.tasks()[0]!);
  await expectSynchronized(offline, device.userId);
  expect(offline.tasks()).toMatchObject([{ description: "2 litres", tags: ["shop"], completed: true }]);
  expect(offline.conflicts()).toEqual([]);
});

test("a conflict has both versions, and blocks no other task", async () => {
  const device = new Device();
  const { api } = testClient({ userId: device.userId });
  const task = await api.create({ title: "Buy milk" });
  const offline = await device.open();
  await offline.refresh();
  const theirs = await api.update(task, { title: "Buy oat milk" });
  await offline.update(task, { title: "Buy soy milk" });
  await offline.update(offline.tasks()[0]!, { tags: ["shop"] });
  await offline.create({ title: "Read" });
  await expectSynchronized(offline, device.userId);
  expect(titles(offline.tasks())).toEqual(["Read", "Buy oat milk"]);
  const reopened = await device.open();
  expect(reopened.conflicts()).toMatchObject([
    { taskId: task.id, base: task, mine: { title: "Buy soy milk", tags: ["shop"] }, theirs, conflicting: ["title"] },
  ]);
  await reopened.resolve(reopened.conflicts()[0]!, { title: "Buy soy and oat milk" });
  await expectSynchronized(reopened, device.userId);
  expect(reopened.tasks()[1]).toMatchObject({ title: "Buy soy and oat milk", tags: ["shop"] });
  expect(reopened.conflicts()).toEqual([]);
});

test("a task that was deleted elsewhere can be written again", async () => {
  const device = new Device();
  const { api } = testClient({ userId: device.userId });
  const [trashed, purged] = [await api.create({ title: "trashed" }), await api.create({ title: "purged" })];
  const offline = await device.open();
  await offline.refresh();
  for (const task of [trashed, purged]) {
    await api.remove(task);
    await offline.update(task, { description: "entered offline" });
  }
  await api.purge(purged);
  await expectSynchronized(offline, device.userId);
  expect(offline.tasks()).toEqual([]);
  expect(offline.conflicts()).toMatchObject([{ base: trashed, theirs: null }, { base: purged, theirs: null }]);
  for (const conflict of offline.conflicts()) await offline.resolve(conflict, "mine");
  await expectSynchronized(offline, device.userId);
  const written = offline.tasks().map(({ title, description }) => [title, description]);
  expect(written.sort()).toEqual([["purged", "entered offline"], ["trashed", "entered offline"]]);
});

test("a task that was changed elsewhere is not deleted silently", async () => {
  const device = new Device();
  const { api } = testClient({ userId: device.userId });
  const [edited, moved] = [await api.create({ title: "edited" }), await api.create({ title: "moved" })];
  const offline = await device.open();
  await offline.refresh();
  await api.update(edited, { title: "edited elsewhere" });
  await api.move(moved, { to: "last" });
  await offline.remove(edited);
  await offline.remove(moved);
  expect(offline.tasks()).toEqual([]);
  await expectSynchronized(offline, device.userId);
  expect(offline.conflicts()).toMatchObject([{ taskId: edited.id, mine: null, theirs: { title: "edited elsewhere" } }]);
  await offline.resolve(offline.conflicts()[0]!, "mine");
  await expectSynchronized(offline, device.userId);
  expect(offline.tasks()).toEqual([]);
});

test("what the API rejects is still there to be corrected", async () => {
  const device = new Device();
  const offline = await device.open();
  const long = "x".repeat(201);
  const task = await offline.create({ title: long });
  await offline.update(task, { description: "details" });
  const good = await offline.create({ title: "good" });
  await offline.update(good, { title: long });
  await offline.update(offline.tasks()[0]!, { tags: ["a"] });
  await expectSynchronized(offline, device.userId);
  expect(offline.tasks()).toMatchObject([{ title: "good", tags: ["a"] }]);
  expect(offline.conflicts()).toMatchObject([
    { mine: { title: long, description: "details" }, theirs: null, problem: { code: "validation" } },
    { mine: { title: long }, theirs: { title: "good" }, problem: { code: "validation" } },
  ]);
  for (const conflict of offline.conflicts()) await offline.resolve(conflict, { title: "short" });
  await expectSynchronized(offline, device.userId);
  expect(offline.tasks()).toMatchObject([{ title: "short", description: "details" }, { title: "short", tags: ["a"] }]);
});

test("a deletion can be undone before and after it was sent", async () => {
  const device = new Device();
  const offline = await device.open();
  const task = await offline.create({ title: "one" });
  await offline.remove(task);
  await offline.restore(task);
  expect(titles(offline.tasks())).toEqual(["one"]);
  await expectSynchronized(offline, device.userId);
  const [sent] = offline.tasks();
  await offline.remove(sent!);
  await offline.flush();
  await offline.restore(sent!);
  await offline.update(sent!, { title: "two" });
  await expectSynchronized(offline, device.userId);
  expect(titles(offline.tasks())).toEqual(["two"]);
  expect(offline.conflicts()).toEqual([]);
});

test("a write shows before it is stored", async () => {
  const device = new Device();
  const offline = await device.open({ autoSend: false });
  const creating = offline.create({ title: "one" });
  const shown = offline.tasks();
  expect(titles(shown)).toEqual(["one"]);
  expect(offline.status().pending).toBe(1);
  await creating;
  expect(offline.tasks()).toBe(shown);
  device.storageError = new DOMException("full", "QuotaExceededError");
  const failing = failure(offline.create({ title: "two" }));
  expect(titles(offline.tasks())).toEqual(["two", "one"]);
  expect(await failing).toBeInstanceOf(StorageFailed);
  expect(titles(offline.tasks())).toEqual(["one"]);
  expect(offline.status().pending).toBe(1);
});

test("a storage that is full makes the write fail", async () => {
  const device = new Device();
  const offline = await device.open();
  await offline.create({ title: "one" });
  device.storageError = new DOMException("full", "QuotaExceededError");
  const error = await failure(offline.create({ title: "two" }));
  expect(error).toBeInstanceOf(StorageFailed);
  expect(error).toMatchObject({ cause: { name: "QuotaExceededError" } });
  expect(titles(offline.tasks())).toEqual(["one"]);
  // A batch that cannot be stored is not sent either.
  expect(await failure(offline.flush())).toBeInstanceOf(StorageFailed);
  expect(device.keys).toEqual([]);
  device.storageError = undefined;
  await expectSynchronized(offline, device.userId);
  expect(titles(offline.tasks())).toEqual(["one"]);
});

test("a result that cannot be stored is requested again", async () => {
  const device = new Device();
  const offline = await device.open();
  await offline.create({ title: "one" });
  const { put } = device.stored;
  let puts = 0;
  device.stored.put = (...values) => (++puts === 2 ? Promise.reject(new DOMException("full", "QuotaExceededError")) : put(...values));
  expect(await failure(offline.flush())).toBeInstanceOf(StorageFailed);
  await expectSynchronized(offline, device.userId);
  expect(device.keys[0]).toBe(device.keys[1]);
});

test("after the end of a session the queue waits for the next one", async () => {
  const device = new Device();
  const signedOut = () => Promise.reject(new SignedOut("You are not signed in."));
  let offline = await device.open({ autoSend: true, clientOptions: { fetchToken: signedOut } });
  await offline.create({ title: "one" });
  await expect.poll(() => offline.status().error).toBeInstanceOf(SignedOut);
  expect(offline.status().pending).toBe(1);
  offline.close();
  offline = await device.open({ autoSend: true });
  await expect.poll(() => offline.status().pending).toBe(0);
  expect(titles(await storedTasks(device.userId))).toEqual(["one"]);
  offline.close();
});

test("accounts share a storage, and nothing in it", async () => {
  const alice = new Device();
  const bob = new Device({ stored: alice.stored });
  const ofAlice = await alice.open();
  await ofAlice.create({ title: "a secret of Alice" });
  const ofBob = await bob.open();
  expect(ofBob.tasks()).toEqual([]);
  await ofBob.create({ title: "of Bob" });
  await expectSynchronized(ofBob, bob.userId);
  await ofBob.clear();
  expect(ofBob.tasks()).toEqual([]);
  await expectSynchronized(ofAlice, alice.userId);
  expect(titles(ofAlice.tasks())).toEqual(["a secret of Alice"]);
});

test("requests are repeated until the network is back", async () => {
  const device = new Device();
  device.network = "cut";
  const offline = await device.open({ autoSend: true, retryMs: 1 });
  await offline.create({ title: "one" });
  await expect.poll(() => offline.status().error).toBeInstanceOf(Unreachable);
  device.network = "on";
  await expect.poll(() => offline.status()).toEqual({ pending: 0, isSending: false, isLoaded: false, error: undefined });
  offline.close();
});

test("after the event online, pauses begin anew", async () => {
  const browser = browserEvents();
  const timers = vi.spyOn(globalThis, "setTimeout");
  const retries = () => timers.mock.calls.map(([, millis = 0]) => millis).filter((millis) => millis >= 500_000);
  const device = new Device();
  device.network = "cut";
  const offline = await device.open({ autoSend: true, retryMs: 1_000_000 });
  await offline.create({ title: "one" });
  for (let attempt = 0; attempt < 5; attempt += 1) await failure(offline.flush());
  expect(retries().at(-1)).toBeGreaterThan(2_000_000);
  const before = retries().length;
  // It can come before requests arrive.
  browser.dispatchEvent(new Event("online"));
  await expect.poll(() => retries().length).toBeGreaterThan(before);
  expect(retries().at(-1)).toBeLessThan(1_500_000);
  device.network = "on";
  browser.dispatchEvent(new Event("online"));
  await expect.poll(() => offline.status()).toMatchObject({ pending: 0, error: undefined });
  offline.close();
});

test("everything is loaded again if the position is too old", async () => {
  const device = new Device();
  const { api } = testClient({ userId: device.userId });
  await api.create({ title: "before" });
  await api.createList({ name: "Home" });
  const offline = await device.open();
  await offline.refresh();
  expect(offline.lists()).toMatchObject([{ name: "Home" }]);
  await api.deleteUser();
  await api.create({ title: "after" });
  await expectSynchronized(offline, device.userId);
  expect(titles(offline.tasks())).toEqual(["after"]);
  expect(offline.lists()).toEqual([]);
});

test("more operations than fit into a request are sent in order", async () => {
  const device = new Device();
  const offline = await device.open();
  const task = await offline.create({ title: "0" });
  for (let index = 1; index <= 600; index += 1) await offline.update(task, { title: String(index) });
  await expectSynchronized(offline, device.userId);
  expect(device.keys).toHaveLength(2);
  expect(titles(offline.tasks())).toEqual(["600"]);
  expect(offline.conflicts()).toEqual([]);
});

test("an id is used as it is, and listeners hear each change", async () => {
  const device = new Device();
  const offline = await device.open();
  let calls = 0;
  const end = offline.subscribe(() => (calls += 1));
  const id = randomUUID();
  expect(await offline.create({ title: "one" }, { id })).toMatchObject({ id, revision: 0 });
  expect(calls).toBe(1);
  expect(offline.tasks()).toBe(offline.tasks());
  end();
  await offline.create({ title: "two" });
  expect(calls).toBe(1);
});

test("initial tasks are shown and changed until all are loaded", async () => {
  const device = new Device();
  const { api } = testClient({ userId: device.userId });
  for (const title of ["deleted", "changed", "moved"]) await api.create({ title });
  const initialTasks = await storedTasks(device.userId);
  await api.create({ title: "not on the first page" });
  const offline = await device.open({ initialTasks });
  expect([titles(offline.tasks()), offline.status().isLoaded]).toEqual([["moved", "changed", "deleted"], false]);

  const [moved, changed, deleted] = offline.tasks();
  await offline.remove(deleted!);
  await offline.update(changed!, { title: "changed here" });
  await offline.move(moved!, { to: "last" });
  expect(titles(offline.tasks())).toEqual(["changed here", "moved"]);
  await offline.refresh();
  expect([titles(offline.tasks()), offline.status().isLoaded]).toEqual([["not on the first page", "changed here", "moved"], true]);
  await expectSynchronized(offline, device.userId);
  expect(titles(offline.tasks())).toEqual(["not on the first page", "changed here", "moved"]);
});

test("initial tasks that were deleted elsewhere do not remain", async () => {
  const device = new Device();
  const { api } = testClient({ userId: device.userId });
  const task = await api.create({ title: "deleted elsewhere" });
  await api.remove(task);
  const offline = await device.open({ initialTasks: [task] });
  expect(titles(offline.tasks())).toEqual(["deleted elsewhere"]);
  await offline.refresh();
  expect([offline.tasks(), offline.status().isLoaded]).toEqual([[], true]);
});
