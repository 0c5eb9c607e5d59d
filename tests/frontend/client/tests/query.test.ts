import { expect, test } from "vitest";

import type { Task, TaskQuery } from "../src/index.ts";
import { matches } from "../src/query.ts";
import { localQuery } from "../src/query.ts";
import { testClient } from "./support.ts";

const DAY = 86_400_000;
const dayFromNow = (days: number) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);

/** Tasks that differ in every member that a query filters by. */
async function variousTasks() {
  const { api } = testClient();
  const list = await api.createList({ name: "Home" });
  await api.create({ title: "Milk", description: "two LITRES", tags: ["Home", "shop"], priority: "high", due_date: dayFromNow(0) });
  await api.create({ title: "Straße", list_id: list.id, due_date: dayFromNow(-2) });
  await api.create({ title: "done", completed: true, due_date: dayFromNow(-2), tags: ["home"] });
  await api.create({ title: "later", due_date: new Date(Date.now() + 3 * DAY).toISOString(), priority: "urgent" });
  await api.create({ title: "past", due_date: new Date(Date.now() - DAY / 24).toISOString() });
  return { api, list };
}

test("a query has the same result as at the API", async () => {
  const { api, list } = await variousTasks();
  const { tasks: all } = await api.list();
  const queries: TaskQuery[] = [
    {},
    { status: "pending" },
    { status: "completed" },
    { completed: false },
    { search: "LITRES" },
    { search: "straße" },
    { priority: "high,urgent" },
    { tag: "HOME" },
    { tags: "home,shop" },
    { list_id: list.id },
    { list_id: "none" },
    { due_date: "none" },
    { overdue: true },
    { overdue: false },
    { due_after: dayFromNow(0), due_before: dayFromNow(1) },
    { due_after: dayFromNow(-1), due_before: dayFromNow(2), tz: "Pacific/Kiritimati" },
    { due_before: dayFromNow(0), tz: "America/Los_Angeles" },
    { sort: "created" },
    { sort: "-created" },
    { sort: "updated", order: "desc" },
    { sort: "updated_at" },
    { sort: "position" },
    { sort: "-position" },
    { sort: "position", order: "desc" },
  ];
  for (const query of queries) {
    const expected = (await api.list(query)).tasks.map(({ title }) => title);
    const { matches, compare } = localQuery(query)!;
    const local = all.filter(matches).sort(compare).map(({ title }) => title);
    expect([query, local]).toEqual([query, expected]);
  }
});

test("other queries are left to the API", () => {
  const task = {} as Task;
  const orders: TaskQuery[] = [{ sort: "title" }, { sort: "priority" }, { sort_by: "created" }, { order: "asc" }];
  const others: TaskQuery[] = [...orders, { offset: 1 }, { due_before: "2026-12-24T12:00:00Z" }];
  for (const query of others) expect([query, matches(task, query)]).toEqual([query, undefined]);
});
