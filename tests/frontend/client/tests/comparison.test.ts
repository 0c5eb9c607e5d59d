// The API in memory has the same responses as the service.

import { expect, inject, test } from "vitest";

import { Side, type Step } from "./comparison.ts";
import { isSigned } from "./double.ts";
import { QUOTA, tokenFor } from "./support.ts";
import { createTestServer } from "../src/testing/index.ts";

/** Sends the steps to both, and compares each response. */
async function compare(steps: Iterable<Step>): Promise<void> {
  const userId = crypto.randomUUID().replaceAll("-", "");
  const token = await tokenFor(userId);
  const double = createTestServer({ quota: QUOTA, isSigned });
  const service = new Side(fetch, inject("url"), userId, token);
  const memory = new Side(double.fetch, "http://tasknook.test", userId, token);
  const start = Date.now();
  let count = 0;
  for (const step of steps) {
    const expected = await service.send(step);
    // Each request has a millisecond of its own, since the order of those in one depends on ids.
    for (const now = Date.now(); Date.now() === now;) await new Promise((resolve) => setTimeout(resolve, 1));
    double.clock.set(start + (count += 1));
    expect({ step, ...(await memory.send(step)) }, `step ${count}`).toEqual({ step, ...expected });
  }
}

/** Numbers that look random, and are the same in each run. */
function random(seed: number): (below: number) => number {
  return (below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
}

function* randomSteps(seed: number, number: number): Generator<Step> {
  const below = random(seed);
  const pick = <Value = unknown>(...values: NoInfer<Value>[]): Value => values[below(values.length)]!;
  const uuid = () => "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx".replace(/x/g, () => below(16).toString(16));
  const id = () => `{${below(24)}}`;
  const list = () => pick("{0}", "{0}", "{0}", id());
  const title = () => pick("Buy milk", "straße", "STRASSE", "  x ", "é🛒", "a", "b", " ", "", "ﬁn", "\u200b", 1, null, "a\u0007");
  const input = () => {
    const members: Record<string, unknown> = {};
    for (let left = below(4); left > 0; left -= 1) {
      const name = pick<string>("title", "description", "completed", "priority", "tags", "due_date", "list_id", "status", "is_completed");
      members[name] = {
        title,
        description: () => pick("one", "", null, "a\nb", 3),
        completed: () => pick(true, false, true, false, null, "x"),
        is_completed: () => pick(true, false, null),
        status: () => pick("pending", "Completed", "DONE", null, 1),
        priority: () => pick("low", "HIGH", "urgent", null, " low", 1),
        tags: () => pick(["a", "B"], ["A", "a ", "b"], [], null, [""], ["x,y"], "a", ["é", "É"]),
        due_date: () =>
          pick(
            "2026-12-24",
            "2020-01-01",
            "2026-12-24T10:00",
            "2026-12-24T10:00:00.1239+01:00",
            "",
            null,
            "2026-02-30",
            "x",
            "0001-01-01T00:00+01:00",
          ),
        list_id: () => pick(list(), list(), null, "", "x"),
      }[name]!();
    }
    return members;
  };
  const move = () =>
    pick<object>(
      { to: "first" },
      { to: "last" },
      { before: id() },
      { after: id() },
      { before: id(), to: null },
      {},
      { to: "x" },
      { before: "x" },
    );
  const match = () =>
    pick<Record<string, string>>({}, {}, { "If-Match": `"${below(60)}"` }, { "If-Match": "*" }, { "If-None-Match": `"${below(60)}"` });
  const query = () => {
    const parts: string[] = [
      "status=pending",
      "completed=1",
      "priority=high,low",
      "tag=A",
      "tags=a,b",
      "due_after=2026-01-01",
      "due_before=2026-12-24T10:00:00.0001Z",
    ];
    parts.push(
      "overdue=true",
      "overdue=false",
      "tz=Europe/Berlin",
      "tz=utc",
      "due_date=none",
      `list_id=${list()}`,
      "list_id=none",
      "search=STRASSE",
      "search=fi",
    );
    parts.push(
      "sort=title",
      "sort=-priority",
      "sort=due_date&order=desc",
      "sort=completed",
      "sort=position",
      "sort=-position",
      "order=asc",
      "sort_dir=desc",
    );
    parts.push(
      "limit=2",
      "limit=3",
      "count=true",
      "offset=1",
      "page=2",
      "skip=1",
      "limit=0",
      "sort=x",
      "cursor={cursor}",
      "cursor={cursor}",
    );
    return Array.from({ length: below(4) }, () => pick<string>(...parts)).join("&");
  };
  const operation = () => {
    const op = pick<string>("create", "update", "complete", "delete", "restore", "move", "x");
    const reference = pick<object>(
      {},
      {},
      { if_match: below(60) + 1 },
      { if_match: { operation: below(4) } },
      { if_match: "x" },
      { if_match: { operation: -1 } },
    );
    const task = op === "update" ? { task: input() } : op === "create" ? { task: { title: "bulk", ...input() } } : {};
    return {
      op,
      ...(op === "create" && below(3) ? {} : { id: pick(id(), id(), id(), "x", null) }),
      ...task,
      ...(op === "move" && move()),
      ...reference,
    };
  };
  yield { method: "POST", path: "/lists", body: { name: "Home" } };
  yield { method: "GET", path: "/tasks/changes" };
  for (let step = 0; step < number; step += 1) {
    const make = pick<() => Step>(
      () => ({ method: "POST", path: "/tasks", body: { title: "new", ...input() } }),
      () => ({ method: "POST", path: "/tasks", body: { title: `${step}`, due_date: pick("2026-12-24", "2026-12-24T00:00Z", null) } }),
      () => ({ method: "POST", path: "/tasks", body: input() }),
      () => ({
        method: "POST",
        path: "/tasks",
        body: { title: "once" },
        headers: { "Idempotency-Key": pick<string>("a", '"a"', "b", "c", "") },
      }),
      () => ({ method: pick<string>("PUT", "PATCH"), path: `/tasks/${id()}`, body: input(), headers: match() }),
      () => ({
        method: "PUT",
        path: `/tasks/${pick(id(), uuid(), "x")}`,
        body: { title: "chosen", ...input() },
        headers: { "If-None-Match": "*" },
      }),
      () => ({
        method: "PATCH",
        path: `/tasks/${id()}/complete${pick("", "?completed=true")}`,
        body: pick<unknown>({}, input()),
        headers: match(),
      }),
      () => ({ method: "POST", path: `/tasks/${id()}/move`, body: move(), headers: match() }),
      () => ({ method: "POST", path: `/tasks/${id()}/move`, body: move() }),
      () => ({
        method: "DELETE",
        path: `/tasks/${id()}`,
        headers: { ...match(), ...pick<Record<string, string>>({}, { Prefer: "return=representation" }) },
      }),
      () => ({ method: "POST", path: `/tasks/${id()}/restore`, headers: match() }),
      () => ({ method: pick<string>("GET", "DELETE"), path: `/tasks/trash/${id()}`, headers: match() }),
      () => ({ method: "GET", path: `/tasks/${id()}`, headers: match() }),
      () => ({ method: "GET", path: `/tasks?${query()}` }),
      () => ({ method: "GET", path: `/tasks?${query()}` }),
      () => ({ method: "GET", path: `/tasks/trash?${query()}` }),
      () => ({ method: "GET", path: "/tasks/tags" }),
      () => ({ method: "GET", path: `/tasks/changes?${pick("since={position}", "since={position}&limit=2", "since=x", "limit=0")}` }),
      () => ({
        method: "POST",
        path: "/tasks/bulk",
        body: { atomic: pick(true, false, false, null), operations: Array.from({ length: below(5) }, operation) },
      }),
      () => ({
        method: "POST",
        path: "/lists",
        body: { name: pick("Home", "HOME", "Work", "é", "é", " ", 1), color: pick("#1E90FF", null, "red") },
      }),
      () => ({ method: "GET", path: "/lists" }),
      () => ({
        method: pick<string>("PUT", "PATCH"),
        path: `/lists/${list()}`,
        body: pick<object>({ name: "Home" }, { name: "Garden" }, { color: "#000000" }, { name: null }),
        headers: match(),
      }),
      () => ({ method: "POST", path: `/lists/${list()}/move`, body: move(), headers: match() }),
      () => ({ method: "DELETE", path: `/lists/${list()}${pick("", "?tasks=trash", "?tasks=x")}`, headers: match() }),
      () => ({ method: pick<string>("DELETE", "PUT"), path: `/tasks/${pick("trash?x", "events", "trash")}` }),
    );
    yield make();
  }
}

test.each([1, 2, 3, 4])("random requests have the responses of the service (%i)", (seed) => compare(randomSteps(seed, 300)));

test("requests without a token, and of other routes, are the same", () => {
  const rejected = ["", "Bearer", "Bearer x", "Basic x"].map((value) => ({ Authorization: value }));
  const steps: Step[] = rejected.map((headers) => ({ method: "GET", path: "/tasks", headers }));
  for (const path of [
    "/api",
    "/api/x",
    "/api/x/y",
    "/api/tasks/lists",
    "/api/tasks/",
    "/api/lists",
    "/api/other/tasks",
    "/api/a%62/tasks",
    "//tasks",
    "/tasks/x/y",
    "/lists/x/y/z",
  ]) {
    for (const method of ["GET", "OPTIONS", "DELETE"]) steps.push({ method, path });
  }
  for (const Accept of ["text/html", "text/*", "application/json;q=0", "application/*", "*/*;q=0.1", ";;;", "text/event-stream"]) {
    steps.push({ method: "GET", path: "/tasks", headers: { Accept } }, { method: "GET", path: "/tasks/changes", headers: { Accept } });
  }
  return compare(steps);
});

test("what is deleted and moved between users is the same", async () => {
  const other = `other-${crypto.randomUUID().slice(0, 8)}`;
  const from_token = await tokenFor(other);
  await compare([
    { method: "GET", path: "/tasks/changes" },
    { method: "POST", path: "/lists", body: { name: "Work" } },
    { method: "POST", path: "/tasks", body: { title: "mine" } },
    { method: "POST", path: "/tasks/transfer", body: {} },
    { method: "POST", path: "/tasks/transfer", body: { from_token: "x" } },
    { method: "POST", path: "/tasks/transfer", body: { from_token } },
    { method: "GET", path: "/tasks/changes?since={position}" },
    { method: "DELETE", path: "" },
    { method: "DELETE", path: "", headers: { "X-Confirm-Delete": "x" } },
    { method: "PATCH", path: "/tasks/{1}", body: "{" },
    { method: "PATCH", path: "/tasks/{1}", body: "[]" },
    { method: "POST", path: "/tasks/bulk", body: { operations: {} } },
    { method: "POST", path: "/tasks/bulk", body: { operations: [1, {}, null] } },
    { method: "POST", path: "/tasks/bulk", body: { operations: Array.from({ length: 501 }, () => ({})) } },
    { method: "POST", path: "/tasks/bulk", body: { atomic: 1, operations: [] } },
  ]);
});
