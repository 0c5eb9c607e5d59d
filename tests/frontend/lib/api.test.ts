import { expect, test } from "vitest";

import { caller, failure, tokenFor } from "../tests/caller";
import { SignedOut } from "./problem";

test("does everything that can be done to a task", async () => {
  const { api, userId } = caller();
  const made = await api.create({ title: "  Buy milk " });
  expect(made).toMatchObject({ title: "Buy milk", description: null, completed: false, user_id: userId });
  expect(await api.get(made.id)).toEqual(made);
  expect(await api.update(made, { description: "two" })).toMatchObject({ title: "Buy milk", description: "two" });
  expect(await api.complete(made)).toMatchObject({ completed: true });
  expect(await api.complete(made, true)).toMatchObject({ completed: true });
  const { tasks } = await api.list();
  expect(tasks).toHaveLength(1);
  await api.remove(tasks[0]!);
  expect((await api.list()).tasks).toEqual([]);
});

test("lists by status and text, a page at a time, and counts", async () => {
  const { api } = caller();
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
  expect(second).toEqual({ tasks: [expect.objectContaining({ title: "one" })], next: undefined, total: undefined });
});

test("asks for one token, however many calls wait", async () => {
  const { api, tokens, sent } = caller();
  await Promise.all(Array.from({ length: 50 }, () => api.list()));
  expect(sent).toHaveLength(50);
  expect(tokens()).toBe(1);
});

test("a token that expired unnoticed is replaced, and the call made once more with its body", async () => {
  const userId = crypto.randomUUID();
  let asked = 0;
  const fetchToken = () => tokenFor(userId, { ago: (asked += 1) === 1 ? 1000 : 0 });
  const { api, answered, tokens } = caller({ userId, fetchToken });
  expect(await api.create({ title: "once" })).toMatchObject({ title: "once" });
  expect(answered).toEqual([401, 201]);
  expect(tokens()).toBe(2);
  expect((await api.list()).tasks).toHaveLength(1);
});

test("a token that is refused twice is a problem, and there is no third call", async () => {
  const userId = crypto.randomUUID();
  const { api, answered } = caller({ userId, fetchToken: () => tokenFor(userId, { ago: 1000 }) });
  expect(await failure(api.list())).toMatchObject({ name: "Problem", code: "invalid_token", status: 401 });
  expect(answered).toEqual([401, 401]);
});

test("who is signed out is told so, and the API is not asked", async () => {
  const { api, sent } = caller({ fetchToken: () => Promise.reject(new SignedOut("Nobody is signed in.")) });
  expect(await failure(api.list())).toBeInstanceOf(SignedOut);
  expect(sent).toEqual([]);
});

test("never asks under the path of one user with the token of another", async () => {
  const { api, sent } = caller({ fetchToken: () => tokenFor("somebody-else") });
  expect(await failure(api.list())).toMatchObject({ name: "AccountChanged" });
  expect(sent).toEqual([]);
});

test("a task of somebody else is none", async () => {
  const mine = caller();
  const { id } = await mine.api.create({ title: "mine" });
  const problem = await failure(caller().api.get(id));
  expect(problem).toMatchObject({ name: "Problem", code: "task_not_found", status: 404 });
});

test("what is wrong with the input is found by its member", async () => {
  const { api } = caller();
  const problem = await failure(api.create({ title: " " }));
  expect(problem).toMatchObject({ code: "validation", status: 422, message: "title: must not be empty" });
  expect((problem as { of(member: string): string }).of("title")).toBe("must not be empty");
  expect((problem as { requestId: string }).requestId).toMatch(/^[0-9a-f-]{36}$/);
});
