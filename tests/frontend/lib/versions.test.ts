import { expect, test } from "vitest";

import { caller, failure } from "../tests/caller";

/** One user on two devices, and a task as both know it. */
async function twoDevices() {
  const one = caller();
  const other = caller({ userId: one.userId });
  const task = await one.api.create({ title: "draft" });
  expect(await other.api.get(task.id)).toEqual(task);
  return { one, other, task };
}

const CONFLICT = { code: "precondition_failed", status: 412 };

const ifMatch = (sent: Request[]) => sent.at(-1)?.headers.get("If-Match");

test("a write is sent with the version that was read or written last", async () => {
  const { one, task } = await twoDevices();
  const changed = await one.api.update(task, { title: "first" });
  expect(ifMatch(one.sent)).toBe('"1"');
  const completed = await one.api.complete(changed, true);
  expect(ifMatch(one.sent)).toBe('"2"');
  await one.api.remove(completed);
  expect(ifMatch(one.sent)).toBe('"3"');
});

test("the later of two writers is told, reads, and may write again", async () => {
  const { one, other, task } = await twoDevices();
  await one.api.update(task, { title: "theirs" });
  for (const write of [
    () => other.api.update(task, { title: "mine" }),
    () => other.api.complete(task, true),
    () => other.api.remove(task),
  ]) {
    expect(await failure(write())).toMatchObject({ ...CONFLICT, etag: '"2"' });
  }
  const theirs = await other.api.get(task.id);
  expect(theirs).toMatchObject({ title: "theirs", completed: false });
  expect(await other.api.update(theirs, { title: "mine" })).toMatchObject({ title: "mine" });
});

test("writes in a row are no conflict with oneself, whichever version they were made from", async () => {
  const { one, task } = await twoDevices();
  await Promise.all([
    one.api.update(task, { title: "a" }),
    one.api.update(task, { description: "b" }),
    one.api.complete(task, true),
  ]);
  expect(await one.api.get(task.id)).toMatchObject({ title: "a", description: "b", completed: true });
});

test("a version that one has written to twice is no conflict with oneself either", async () => {
  const { one, task } = await twoDevices();
  const changed = await one.api.update(task, { title: "a" });
  await one.api.update(changed, { title: "b" });
  expect(await one.api.update(task, { description: "c" })).toMatchObject({ title: "b", description: "c" });
});

test("a version that a list has shown is one's own once it was written to", async () => {
  const { one, other } = await twoDevices();
  const fresh = caller({ userId: one.userId });
  const listed = (await fresh.api.list()).tasks[0]!;
  await fresh.api.complete(listed, true);
  await other.api.update(await other.api.get(listed.id), { title: "theirs" });
  expect(await failure(fresh.api.update(listed, { title: "mine" }))).toMatchObject(CONFLICT);
});

test("a task is read after the writes that were asked before", async () => {
  const { one, task } = await twoDevices();
  void one.api.update(task, { title: "written" });
  expect(await one.api.get(task.id)).toMatchObject({ title: "written" });
});

test("a write that fails does not hold up the next", async () => {
  const { one, task } = await twoDevices();
  const [wrong, right] = await Promise.allSettled([
    one.api.update(task, { title: "" }),
    one.api.update(task, { title: "right" }),
  ]);
  expect([wrong.status, right.status]).toEqual(["rejected", "fulfilled"]);
});

test("what a list shows newer is written to as it is shown", async () => {
  const { one, other, task } = await twoDevices();
  const changed = await one.api.update(task, { title: "theirs" });
  const { tasks } = await other.api.list();
  expect(tasks).toEqual([changed]);
  expect(await other.api.update(tasks[0]!, { title: "mine" })).toMatchObject({ title: "mine" });
  expect(ifMatch(other.sent)).toBeNull();
});

test("an older version that somebody still edits is in conflict, whatever was listed or read meanwhile", async () => {
  const { one, other, task } = await twoDevices();
  await one.api.update(task, { title: "theirs" });
  await other.api.list();
  expect(await failure(other.api.update(task, { title: "mine" }))).toMatchObject(CONFLICT);
  await other.api.get(task.id);
  expect(await failure(other.api.update(task, { title: "mine" }))).toMatchObject(CONFLICT);
});
