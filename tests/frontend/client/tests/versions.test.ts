import { expect, test } from "vitest";

import { failure, testClient } from "./support.ts";

/** One user on two devices that have read the same task. */
async function twoDevices() {
  const one = testClient();
  const other = testClient({ userId: one.userId });
  const task = await one.api.create({ title: "draft" });
  expect(await other.api.get(task.id)).toEqual(task);
  return { one, other, task };
}

const CONFLICT = { code: "precondition_failed", status: 412 };

const ifMatch = (sent: Request[]) => sent.at(-1)?.headers.get("If-Match");

test("a write sends the version that was last read or written", async () => {
  const { one, task } = await twoDevices();
  const changed = await one.api.update(task, { title: "first" });
  expect(ifMatch(one.sent)).toBe('"1"');
  const completed = await one.api.complete(changed, true);
  expect(ifMatch(one.sent)).toBe('"2"');
  await one.api.remove(completed);
  expect(ifMatch(one.sent)).toBe('"3"');
});

test("entity tags that a proxy rewrites have no effect", async () => {
  for (const rewritten of ['W/"3"', '"3-gzip"', undefined]) {
    const rewrite = async (url: string, init: RequestInit) => {
      const { status, headers: sent, body } = await fetch(url, init);
      const headers = new Headers(sent);
      if (rewritten) headers.set("ETag", rewritten);
      else headers.delete("ETag");
      return new Response(body, { status, headers });
    };
    const one = testClient({ fetch: rewrite });
    const other = testClient({ fetch: rewrite, userId: one.userId });
    const created = await one.api.create({ title: "one" });
    const read = await other.api.get(created.id);
    const changed = await one.api.update(created, { title: "two" });
    expect(await one.api.update(changed, { title: "three" })).toMatchObject({ title: "three" });
    expect(await failure(other.api.update(read, { title: "lost" }))).toMatchObject(CONFLICT);
  }
});

test("a conflicting write succeeds after reading again", async () => {
  const { one, other, task } = await twoDevices();
  await one.api.update(task, { title: "theirs" });
  for (const write of [
    () => other.api.update(task, { title: "mine" }),
    () => other.api.complete(task, true),
    () => other.api.remove(task),
  ]) {
    expect(await failure(write())).toMatchObject(CONFLICT);
  }
  const theirs = await other.api.get(task.id);
  expect(theirs).toMatchObject({ title: "theirs", completed: false });
  expect(await other.api.update(theirs, { title: "mine" })).toMatchObject({ title: "mine" });
});

test("consecutive own writes do not conflict", async () => {
  const { one, task } = await twoDevices();
  await Promise.all([
    one.api.update(task, { title: "a" }),
    one.api.update(task, { description: "b" }),
    one.api.complete(task, true),
  ]);
  expect(await one.api.get(task.id)).toMatchObject({ title: "a", description: "b", completed: true });
});

test("an own version two writes ago does not conflict", async () => {
  const { one, task } = await twoDevices();
  const changed = await one.api.update(task, { title: "a" });
  await one.api.update(changed, { title: "b" });
  expect(await one.api.update(task, { description: "c" })).toMatchObject({ title: "b", description: "c" });
});

test("a listed version is written conditionally", async () => {
  const { one, other, task } = await twoDevices();
  const [listed] = (await other.api.list()).tasks;
  await one.api.update(task, { title: "theirs" });
  expect(await failure(other.api.update(listed!, { title: "mine" }))).toMatchObject(CONFLICT);
});

test("a read waits for earlier writes", async () => {
  const { one, task } = await twoDevices();
  void one.api.update(task, { title: "written" });
  expect(await one.api.get(task.id)).toMatchObject({ title: "written" });
});

test("a failed write does not block the next one", async () => {
  const { one, task } = await twoDevices();
  const [invalid, valid] = await Promise.allSettled([
    one.api.update(task, { title: "" }),
    one.api.update(task, { title: "valid" }),
  ]);
  expect([invalid.status, valid.status]).toEqual(["rejected", "fulfilled"]);
});

test("a newer listed version replaces the one that was read", async () => {
  const { one, other, task } = await twoDevices();
  const changed = await one.api.update(task, { title: "theirs" });
  const { tasks } = await other.api.list();
  expect(tasks).toEqual([changed]);
  expect(await other.api.update(tasks[0]!, { title: "mine" })).toMatchObject({ title: "mine" });
});

test("an own version conflicts after a write of another device", async () => {
  const { one, other, task } = await twoDevices();
  const changed = await one.api.update(task, { title: "mine" });
  const theirs = await other.api.update(changed, { title: "theirs" });
  for (const base of [task, changed]) expect(await failure(one.api.update(base, { title: "lost" }))).toMatchObject(CONFLICT);
  await one.api.update(theirs, { title: "read" });
  expect(await failure(one.api.update(task, { title: "lost" }))).toMatchObject(CONFLICT);
});

test("an older version conflicts even after newer ones were read", async () => {
  const { one, other, task } = await twoDevices();
  await one.api.update(task, { title: "theirs" });
  await other.api.list();
  expect(await failure(other.api.update(task, { title: "mine" }))).toMatchObject(CONFLICT);
  await other.api.get(task.id);
  expect(await failure(other.api.update(task, { title: "mine" }))).toMatchObject(CONFLICT);
});

test("a write to a draft applies to the created task", async () => {
  const { api } = testClient();
  const draft = { id: crypto.randomUUID(), revision: 0 };
  const created = api.create({ title: "new" }, { id: draft.id });
  await Promise.all([created, api.update(draft, { title: "changed" }), api.remove(draft)]);
  expect(await failure(api.get(draft.id))).toMatchObject({ code: "task_not_found" });
});
