import { readFileSync } from "node:fs";

import { expect, inject, test } from "vitest";

import { failure, testClient, tokenFor } from "./support.ts";
import type { Client, Change, List, Task } from "../src/index.ts";

const nameOf = ({ type, id }: Pick<Change, "type" | "id">) => `${type} ${id}`;

/** What there is, as other routes have it. */
async function present(api: Client): Promise<Map<string, Task | List>> {
  const all = new Map<string, Task | List>();
  for (const { open: _open, completed: _completed, ...list } of await api.lists()) all.set(nameOf({ type: "list", id: list.id }), list);
  for (const task of (await api.list()).tasks) all.set(nameOf({ type: "task", id: task.id }), task);
  return all;
}

test("a client that follows the changes has all tasks and lists", async () => {
  const { api } = testClient();
  const known = new Map<string, Task | List>();
  let since: string | undefined;
  async function update() {
    for await (const { changes, next } of api.follow({ since })) {
      for (const change of changes) {
        if (change.kind === "deleted") known.delete(nameOf(change));
        else known.set(nameOf(change), change.type === "task" ? change.task : change.list);
      }
      since = next;
    }
  }

  await update();
  expect(known.size).toBe(0);
  const home = await api.createList({ name: "Home" });
  const [one, two] = await api.bulk([
    { op: "create", task: { title: "one", list_id: home.id } },
    { op: "create", task: { title: "two" } },
  ]);
  await update();
  expect(known).toEqual(await present(api));
  expect(known.size).toBe(3);

  await api.remove(one!.task!);
  const changed = await api.update(two!.task!, { tags: ["a"] });
  await api.removeList(home);
  await update();
  expect([...known.values()]).toEqual([changed]);
  expect(known).toEqual(await present(api));
  const before = since;
  await update();
  expect(since).toBe(before);

  await api.deleteUser();
  expect(await failure(update())).toMatchObject({ code: "resync_required", status: 410 });
});

test("pages have as many changes as requested", async () => {
  const { api } = testClient();
  const { next: since } = await api.changes();
  await api.bulk(["a", "b", "c"].map((title) => ({ op: "create", task: { title } }) as const));
  const first = await api.changes({ since, limit: 2 });
  const second = await api.changes({ since: first.next, limit: 2 });
  expect([first.changes.length, first.more, second.changes.length, second.more]).toEqual([2, true, 1, false]);
  const revisions = [...first.changes, ...second.changes].map(({ revision }) => revision);
  expect(revisions).toEqual([1, 2, 3]);
  expect(await failure(api.changes({ limit: 1001 }))).toMatchObject({ code: "validation", status: 422 });
  expect(await failure(api.changes({ since: "x" }))).toMatchObject({ code: "resync_required" });
  const aborted = api.follow({ since, signal: AbortSignal.abort(new Error("closed")) });
  expect(await failure(aborted.next())).toMatchObject({ message: "closed" });
});

test("the client in the documentation follows, and begins again", async () => {
  const document = readFileSync(new URL("../../../../docs/reference/api.md", import.meta.url), "utf8");
  const text = /```js\n(const known[^]+?)\n```/.exec(document)![1]!;
  // Several pages.
  const code = text.replace("https://api.example.com", inject("url")).replace("?since=", "?limit=5&since=");
  const create = new Function(`${code}; return { known, follow };`);
  const { known, follow }: { known: Map<string, unknown>; follow: (token: string) => Promise<void> } = create();
  const { api, userId } = testClient();
  const token = await tokenFor(userId);
  const titles = Array.from({ length: 12 }, (_, number) => `${number}`);
  await api.bulk(titles.map((title) => ({ op: "create", task: { title } }) as const));
  await follow(token);
  expect(known).toEqual(await present(api));
  const { tasks } = await api.list();
  await api.remove(tasks[0]!);
  await api.createList({ name: "Work" });
  await follow(token);
  expect(known).toEqual(await present(api));
  await api.deleteUser();
  const created = await api.create({ title: "again" });
  await follow(token);
  expect([...known.values()]).toEqual([created]);
});
