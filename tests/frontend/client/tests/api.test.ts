import { expect, test } from "vitest";

import { failure, QUOTA, testClient, tokenFor } from "./support.ts";
import { SignedOut, Unreachable } from "../src/problem.ts";

test("creates, reads, updates, completes and deletes a task", async () => {
  const { api, userId } = testClient();
  const created = await api.create({ title: "  Buy milk " });
  expect(created).toMatchObject({ title: "Buy milk", description: null, completed: false, user_id: userId });
  expect(await api.get(created.id)).toEqual(created);
  expect(await api.update(created, { description: "two" })).toMatchObject({ title: "Buy milk", description: "two" });
  expect(await api.complete(created)).toMatchObject({ completed: true });
  expect(await api.complete(created, true)).toMatchObject({ completed: true });
  const { tasks } = await api.list();
  expect(tasks).toHaveLength(1);
  await api.remove(tasks[0]!);
  expect((await api.list()).tasks).toEqual([]);
});

test("a create with an id can be repeated after a lost response", async () => {
  const userId = crypto.randomUUID();
  const id = crypto.randomUUID();
  let lost = 0;
  const loseFirst = async (url: string, init: RequestInit) => {
    const response = await fetch(url, init);
    if ((lost += 1) === 1) throw new TypeError("The connection was lost.");
    return response;
  };
  const { api } = testClient({ userId, fetch: loseFirst });
  expect(await failure(api.create({ title: "once" }, { id }))).toBeInstanceOf(Unreachable);
  const task = await api.create({ title: "once" }, { id });
  expect(task).toMatchObject({ id, title: "once" });
  expect((await api.list()).tasks).toEqual([task]);
  const other = await testClient().api.create({ title: "another user's" }, { id });
  expect(other).toMatchObject({ id, title: "another user's" });
  expect(await api.update(task, { title: "changed" })).toMatchObject({ id, title: "changed" });
});

test("executes several operations, all or none or each on its own", async () => {
  const { api } = testClient();
  const id = crypto.randomUUID();
  const [created, changed] = await api.bulk([
    { op: "create", id, task: { title: "one" } },
    { op: "update", id, task: { tags: ["a"] }, if_match: { operation: 0 } },
  ]);
  expect([created!.status, changed!.status]).toEqual([201, 200]);
  expect((await api.list()).tasks).toEqual([changed!.task]);
  const missing = { op: "delete", id: crypto.randomUUID() } as const;
  const operations = [{ op: "complete", id }, missing] as const;
  expect(await failure(api.bulk([...operations]))).toMatchObject({ code: "task_not_found", status: 404, index: 1 });
  const results = await api.bulk([...operations], { atomic: false });
  expect(results).toMatchObject([{ status: 200, task: { completed: true } }, { status: 404, problem: { code: "task_not_found" } }]);
  expect(await api.update(results[0]!.task!, { title: "new" })).toMatchObject({ title: "new", completed: true });
});

test("several operations with a key are executed once", async () => {
  const { api } = testClient();
  const idempotencyKey = crypto.randomUUID();
  const create = () => api.bulk([{ op: "create", task: { title: "once" } }], { idempotencyKey });
  expect(await create()).toEqual(await create());
  expect((await api.list()).tasks).toHaveLength(1);
});

test("the quota is in the problem", async () => {
  const { api } = testClient();
  for (let count = 0; count < QUOTA; count += 1) await api.create({ title: "one of many" });
  const problem = { code: "quota_exceeded", status: 409, limit: QUOTA };
  expect(await failure(api.create({ title: "too many" }))).toMatchObject(problem);
  expect(await failure(api.create({ title: "too many" }, { id: crypto.randomUUID() }))).toMatchObject(problem);
});

test("restores tasks of the trash, and deletes them for good", async () => {
  const { api } = testClient();
  for (const title of ["one", "two", "three"]) await api.remove(await api.create({ title }));
  const { tasks, total } = await api.listTrash({ count: true });
  expect(tasks.map(({ title }) => title)).toEqual(["three", "two", "one"]);
  expect([total, tasks[0]!.deleted_at]).toEqual([3, tasks[0]!.updated_at]);
  const restored = await api.restore(tasks[0]!);
  expect(await api.update(restored, { title: "again" })).toMatchObject({ id: tasks[0]!.id, title: "again" });
  await api.purge(tasks[1]!);
  expect((await api.listTrash()).tasks).toEqual([tasks[2]]);
  await api.emptyTrash();
  expect((await api.listTrash()).tasks).toEqual([]);
  expect((await api.list()).tasks).toHaveLength(1);
});

test("moves tasks in the manual order", async () => {
  const { api } = testClient();
  const [a, b, c] = [await api.create({ title: "a" }), await api.create({ title: "b" }), await api.create({ title: "c" })];
  const titles = async () => (await api.list({ sort: "position" })).tasks.map(({ title }) => title).join("");
  expect(await titles()).toBe("cba");
  const moved = await api.move(a, { to: "first" });
  expect(await titles()).toBe("acb");
  await api.move(b, { after: a.id });
  await api.move(c, { before: a.id });
  expect(await titles()).toBe("cab");
  expect(await api.update(moved, { title: "x" })).toMatchObject({ title: "x", position: moved.position });
  const problem = await failure(api.move(a, { before: crypto.randomUUID() }));
  expect(problem).toMatchObject({ code: "validation", status: 422 });
});

test("counts tags", async () => {
  const { api } = testClient();
  for (const tags of [["Work", "home"], ["work"], ["work", "garden"]]) await api.create({ title: "tagged", tags });
  const [garden, home, work] = await api.tags();
  expect([garden, home, work]).toEqual([
    { name: "garden", count: 1 },
    { name: "home", count: 1 },
    { name: "work", count: 3 },
  ]);
});

test("creates and changes lists", async () => {
  const { api, userId } = testClient();
  const other = testClient({ userId }).api;
  const home = await api.createList({ name: "Home", color: "#1E90FF" });
  expect(home).toMatchObject({ name: "Home", color: "#1e90ff" });
  const id = crypto.randomUUID();
  const work = await api.createList({ name: "Work" }, { id });
  expect(await api.createList({ name: "Work" }, { id })).toEqual(work);
  const renamed = await api.updateList(home, { name: "House" });
  expect(await failure(other.updateList(home, { name: "Castle" }))).toMatchObject({ code: "precondition_failed" });
  expect(await failure(api.createList({ name: "WORK" }))).toMatchObject({ code: "already_exists", status: 409 });
  expect(await api.lists()).toEqual([renamed, work].map((list) => ({ ...list, open: 0, completed: 0 })));
  const moved = await api.moveList(work, { to: "first" });
  const task = await api.create({ title: "listed", list_id: work.id });
  expect((await api.list({ list_id: work.id })).tasks).toEqual([task]);
  expect((await api.lists()).map(({ id, open }) => [id, open])).toEqual([[work.id, 1], [home.id, 0]]);
  await api.removeList(moved, "trash");
  await api.removeList(renamed);
  expect([await api.lists(), (await api.listTrash()).tasks.map(({ list_id }) => list_id)]).toEqual([[], [null]]);
});

test("tells on later pages that the user has written", async () => {
  const { api } = testClient();
  const task = await api.create({ title: "a" });
  for (const title of ["b", "c"]) await api.create({ title });
  const first = await api.list({ sort: "title", limit: 1 });
  const second = await api.list({ cursor: first.next, limit: 1 });
  expect([first.changedSince, second.changedSince]).toEqual([false, false]);
  await api.update(task, { title: "z" });
  expect(await api.list({ cursor: first.next, limit: 1 })).toMatchObject({ changedSince: true });
});

test("lists by status and text, in pages, with a count", async () => {
  const { api } = testClient();
  for (const title of ["one", "two", "three", "four"]) await api.create({ title });
  const [newest] = (await api.list()).tasks;
  await api.complete(newest!, true);
  const titles = async (query: Parameters<typeof api.list>[0]) =>
    (await api.list(query)).tasks.map(({ title }) => title);
  expect(await titles({ status: "completed" })).toEqual(["four"]);
  expect(await titles({ search: "T" })).toEqual(["three", "two"]);
  const first = await api.list({ limit: 3, count: true });
  expect(first).toMatchObject({ total: 4, next: expect.any(String) });
  const second = await api.list({ limit: 3, cursor: first.next });
  expect(second).toEqual({ changedSince: false, tasks: [expect.objectContaining({ title: "one" })], next: undefined, total: undefined });
});

test("concurrent calls share one token request", async () => {
  const { api, tokens, sent } = testClient();
  await Promise.all(Array.from({ length: 50 }, () => api.list()));
  expect(sent).toHaveLength(50);
  expect(tokens()).toBe(1);
});

test("an expired token is replaced, and the request repeated", async () => {
  const userId = crypto.randomUUID();
  let requests = 0;
  const fetchToken = () => tokenFor(userId, { ago: (requests += 1) === 1 ? 1000 : 0 });
  const { api, statuses, tokens } = testClient({ userId, fetchToken });
  expect(await api.create({ title: "once" })).toMatchObject({ title: "once" });
  expect(statuses).toEqual([401, 201]);
  expect(tokens()).toBe(2);
  expect((await api.list()).tasks).toHaveLength(1);
});

test("a token that is rejected twice ends in a problem", async () => {
  const userId = crypto.randomUUID();
  const { api, statuses } = testClient({ userId, fetchToken: () => tokenFor(userId, { ago: 1000 }) });
  expect(await failure(api.list())).toMatchObject({ name: "Problem", code: "invalid_token", status: 401 });
  expect(statuses).toEqual([401, 401]);
});

test("without a session, the API is not called", async () => {
  const { api, sent } = testClient({ fetchToken: () => Promise.reject(new SignedOut("You are not signed in.")) });
  expect(await failure(api.list())).toBeInstanceOf(SignedOut);
  expect(sent).toEqual([]);
});

test("a token of another user is not sent", async () => {
  const { api, sent } = testClient({ fetchToken: () => tokenFor("another-user") });
  expect(await failure(api.list())).toMatchObject({ name: "AccountChanged" });
  expect(sent).toEqual([]);
});

test("a task of another user is not found", async () => {
  const mine = testClient();
  const { id } = await mine.api.create({ title: "mine" });
  const problem = await failure(testClient().api.get(id));
  expect(problem).toMatchObject({ name: "Problem", code: "task_not_found", status: 404 });
});

test("validation errors are found by member", async () => {
  const { api } = testClient();
  const problem = await failure(api.create({ title: " " }));
  expect(problem).toMatchObject({ code: "validation", status: 422, message: "title: must not be empty" });
  expect((problem as { of(member: string): string }).of("title")).toBe("must not be empty");
  expect((problem as { requestId: string }).requestId).toMatch(/^[0-9a-f-]{36}$/);
});

test("an id is not the path of something else", async () => {
  const { api } = testClient();
  await api.remove(await api.create({ title: "deleted" }));
  for (const id of ["", "trash", "../tasks/trash", ".."]) {
    for (const call of [() => api.get(id), () => api.purge({ id }), () => api.remove({ id, revision: 1 })]) {
      expect(await failure(call())).toMatchObject({ code: "task_not_found" });
    }
  }
  expect((await api.listTrash()).tasks).toHaveLength(1);
});

test("methods do not depend on `this`", async () => {
  const { all, create } = testClient().api;
  await create({ title: "one" });
  for await (const { title } of all()) expect(title).toBe("one");
});
