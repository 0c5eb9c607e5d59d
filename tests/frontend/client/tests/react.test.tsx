// First: it creates the document.
import { probe, render } from "./render.tsx";

import { Activity } from "react";
import { expect, inject, test } from "vitest";

import { SignedOut, type Task, type TaskQuery } from "../src/index.ts";
import * as tasknook from "../src/react/index.ts";
import { Conflict, isDraft, TasknookProvider, useMutations, useTask, useTasks, type TasknookProviderProps } from "../src/react/index.ts";
import { failure, testClient, tokenFor } from "./support.ts";

/** Another device of the user, with the props of a provider for this one, and its requests. */
function device(options: Partial<TasknookProviderProps> = {}) {
  const { api, userId } = testClient();
  const sent: string[] = [];
  const props = {
    baseUrl: inject("url"),
    userId,
    fetchToken: () => tokenFor(userId),
    fetch: (url: string, init: RequestInit) => {
      sent.push(`${init.method ?? "GET"} ${new URL(url).pathname.replace(/^\/api\/[^/]+/, "")}`);
      return fetch(url, init);
    },
    live: false,
    ...options,
  } as Omit<TasknookProviderProps, "children">;
  return { other: api, userId, props, sent };
}

/** Renders a list of tasks with the functions to write them. */
function page(props: Omit<TasknookProviderProps, "children">, query: TaskQuery = { sort: "position" }, options = {}) {
  const shared = () => ({ ...tasknook.useConnection(), client: tasknook.useClient() });
  const { Probe, results, latest } = probe(() => ({ ...useTasks(query, options), ...useMutations(), ...shared() }));
  const rendered = render(<Provided props={props} Probe={Probe} />);
  const titles = () => latest()?.tasks?.map(({ title }) => title);
  return { ...rendered, Probe, results, latest, titles, shows: (expected: string[]) => expect.poll(titles).toEqual(expected) };
}

function Provided({ props, Probe }: { props: Omit<TasknookProviderProps, "children">; Probe: () => null }) {
  return (
    <TasknookProvider {...(props as TasknookProviderProps)}>
      <Probe />
    </TasknookProvider>
  );
}

test("tasks are listed and created under Strict Mode", async () => {
  const { other, props } = device();
  await other.create({ title: "old" });
  const { latest, shows, titles, results } = page(props);
  await shows(["old"]);
  const task = await latest().create({ title: "new" });
  // Shown before there was a response.
  expect(results.some(({ tasks }) => tasks?.length === 2 && isDraft(tasks[0]!))).toBe(true);
  expect(await other.get(task.id)).toMatchObject({ title: "new" });
  await expect.poll(() => latest().tasks?.[0]).toEqual(task);
  expect(titles()).toEqual(["new", "old"]);
});

test("a repeated create with an id creates one task", async () => {
  const { other, props } = device();
  const { latest, shows } = page(props);
  await shows([]);
  const id = crypto.randomUUID();
  const [one, two] = await Promise.all([latest().create({ title: "once" }, { id }), latest().create({ title: "once" }, { id })]);
  expect(one).toEqual(two);
  await shows(["once"]);
  expect((await other.list()).tasks).toEqual([one]);
});

test("a successful write is not followed by a reload", async () => {
  const { other, props, sent } = device();
  for (const title of ["a", "b", "c"]) await other.create({ title });
  const { latest, shows } = page(props, { sort: "position", limit: 1 });
  await shows(["c"]);
  for (const expected of [["c", "b"], ["c", "b", "a"]]) {
    latest().loadMore();
    await shows(expected);
  }
  expect(latest().hasMore).toBe(false);
  sent.length = 0;
  const done = await latest().complete(latest().tasks![1]!);
  await expect.poll(() => latest().tasks?.[1]).toEqual(done);
  await latest().update(done, { title: "B" });
  await latest().move(done, { to: "first" });
  await shows(["B", "c", "a"]);
  await latest().remove(latest().tasks![0]!);
  await shows(["c", "a"]);
  await latest().restore(done);
  await shows(["B", "c", "a"]);
  const paths = sent.map((line) => line.replace(/[0-9a-f-]{36}/, "id"));
  const writes = ["PATCH /tasks/id/complete", "PATCH /tasks/id", "POST /tasks/id/move", "DELETE /tasks/id"];
  expect(paths).toEqual([...writes, "POST /tasks/id/restore"]);
});

test("changes of other members are merged", async () => {
  const { other, props } = device();
  const task = await other.create({ title: "draft" });
  const { latest, shows } = page(props);
  await shows(["draft"]);
  await other.update(task, { description: "theirs" });
  expect(await latest().update(latest().tasks![0]!, { title: "mine" })).toMatchObject({ title: "mine", description: "theirs" });
  await other.update(await other.get(task.id), { priority: "high" });
  await latest().complete(latest().tasks![0]!);
  expect(await other.get(task.id)).toMatchObject({ title: "mine", description: "theirs", completed: true, priority: "high" });
  await expect.poll(() => latest().tasks?.[0]).toEqual(await other.get(task.id));
});

test("changes of the same member are a conflict", async () => {
  const { other, props } = device();
  const task = await other.create({ title: "draft" });
  const { latest, shows } = page(props);
  await shows(["draft"]);
  const theirs = await other.update(task, { title: "theirs", priority: "high" });
  const conflict = (await failure(latest().update(task, { title: "mine", description: "new" }))) as Conflict;
  expect(conflict).toBeInstanceOf(Conflict);
  expect(conflict).toMatchObject({ base: task, mine: { title: "mine", description: "new" }, theirs, conflicting: ["title"] });
  await shows(["theirs"]);
  expect(await other.get(task.id)).toEqual(theirs);
  await latest().update(conflict.theirs, conflict.mine);
  expect(await other.get(task.id)).toMatchObject({ title: "mine", description: "new", priority: "high" });
});

test("a move and a deletion do not apply to another version", async () => {
  const { other, props } = device();
  const task = await other.create({ title: "draft" });
  const { latest, shows } = page(props);
  await shows(["draft"]);
  const theirs = await other.update(task, { title: "theirs" });
  for (const write of [() => latest().remove(task), () => latest().move(task, { to: "first" })]) {
    expect(await failure(write())).toMatchObject({ name: "Conflict", theirs, conflicting: [] });
    await shows(["theirs"]);
  }
});

test("a lost response of an update is no conflict", async () => {
  let isLost = false;
  const { other, props } = device({
    fetch: async (url: string, init: RequestInit) => {
      const response = await fetch(url, init);
      if (init.method !== "PATCH" || isLost) return response;
      isLost = true;
      throw new TypeError("The connection was lost.");
    },
  });
  const task = await other.create({ title: "draft" });
  const { latest, shows } = page(props);
  await shows(["draft"]);
  expect(await failure(latest().update(task, { title: "mine" }))).toMatchObject({ name: "Unreachable" });
  expect(await latest().update(task, { title: "mine" })).toMatchObject({ title: "mine", revision: 2 });
});

test("a rejected write is rolled back", async () => {
  const { other, props } = device();
  const task = await other.create({ title: "draft" });
  const { latest, shows, results } = page(props);
  await shows(["draft"]);
  expect(await failure(latest().update(task, { title: "" }))).toMatchObject({ code: "validation" });
  await shows(["draft"]);
  expect(results.some(({ tasks }) => tasks?.[0]?.title === "")).toBe(true);
  expect(await failure(latest().create({ title: " " }))).toMatchObject({ code: "validation" });
  await shows(["draft"]);
  await other.remove(task);
  expect(await failure(latest().complete(task))).toMatchObject({ code: "task_not_found" });
  await shows([]);
  await latest().remove(task);
});

test("a filtered list has the tasks that match", async () => {
  const { other, props } = device();
  for (const title of ["a", "b"]) await other.create({ title });
  const { latest, shows } = page(props, { status: "pending" });
  await shows(["b", "a"]);
  const done = await latest().complete(latest().tasks![1]!);
  await shows(["b"]);
  await latest().complete(done, false);
  await shows(["b", "a"]);
});

test("a list that only the API can sort is loaded again", async () => {
  const { other, props, sent } = device();
  for (const title of ["a", "b"]) await other.create({ title });
  const { latest, shows } = page(props, { sort: "title" });
  await shows(["a", "b"]);
  sent.length = 0;
  await latest().update(latest().tasks![0]!, { title: "c" });
  await shows(["b", "c"]);
  expect(sent).toContain("GET /tasks");
});

test("the first page of the server is shown at once", async () => {
  const { other, props } = device();
  await other.create({ title: "from the server" });
  const initialPage = await other.list({ sort: "position" });
  const { results, latest } = page(props, undefined, { initialPage });
  await expect.poll(() => latest()?.tasks).toEqual(initialPage.tasks);
  expect(results[0]!.isLoading).toBe(false);
});

test("nothing of a former user is shown", async () => {
  const [alice, bob] = [device(), device()];
  await alice.other.create({ title: "a secret of Alice" });
  await bob.other.create({ title: "Bob's own" });
  const { Probe, rerender, results, latest, shows } = page(alice.props);
  await shows(["a secret of Alice"]);
  const { client, create } = latest();
  const before = results.length;
  rerender(<Provided props={bob.props} Probe={Probe} />);
  await shows(["Bob's own"]);
  for (const { tasks } of results.slice(before)) expect(tasks?.map(({ title }) => title) ?? []).not.toContain("a secret of Alice");
  expect(await failure(client.list())).toMatchObject({ name: "AccountChanged" });
  expect(await failure(create({ title: "late" }))).toMatchObject({ name: "AccountChanged" });
});

test("a provider that was hidden and is shown again works", async () => {
  const { other, props } = device();
  await other.create({ title: "one" });
  const { Probe, latest } = probe(() => ({ ...useTasks(), ...useMutations(), client: tasknook.useClient() }));
  const hidden = (mode: "hidden" | "visible") => (
    <Activity mode={mode}>
      <Provided props={props} Probe={Probe} />
    </Activity>
  );
  const { rerender } = render(hidden("visible"));
  await expect.poll(() => latest()?.tasks).toHaveLength(1);
  const { client } = latest();
  rerender(hidden("hidden"));
  await expect.poll(() => failure(client.list()).catch(() => undefined)).toMatchObject({ name: "AccountChanged" });
  rerender(hidden("visible"));
  await expect.poll(() => latest().client).not.toBe(client);
  await latest().create({ title: "two" });
  await expect.poll(() => latest().tasks).toHaveLength(2);
});

test("a client of the application is used, and not closed", async () => {
  const { api } = testClient();
  await api.create({ title: "one" });
  const { shows, unmount } = page({ client: api, live: false } as Omit<TasknookProviderProps, "children">);
  await shows(["one"]);
  unmount();
  await new Promise((resolve) => setTimeout(resolve));
  expect((await api.list()).tasks).toHaveLength(1);
});

test("a list that was requested before a write is loaded again", async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let held = 0;
  const { other, props } = device({
    fetch: async (url: string, init: RequestInit) => {
      const response = await fetch(url, init);
      // Read before the write, and received after it.
      if (url.includes("sort=position") && (held += 1) === 1) await released;
      return response;
    },
  });
  const task = await other.create({ title: "old" });
  const { latest, shows } = page(props);
  await expect.poll(() => held).toBeGreaterThan(0);
  await latest().update(task, { title: "new" });
  await shows(["new"]);
  release();
  await latest().reload();
  await shows(["new"]);
});

test("an ended session and another account are reported", async () => {
  const events: string[] = [];
  const { props, userId } = device();
  let owner = "another-user";
  const reported = {
    ...props,
    fetchToken: () => tokenFor(owner),
    onAccountChanged: () => events.push("account changed"),
  } as Omit<TasknookProviderProps, "children">;
  const { latest } = page(reported);
  await expect.poll(() => latest()?.error?.name).toBe("AccountChanged");
  expect(events).toContain("account changed");
  owner = userId;
  await latest().reload();
  await expect.poll(() => latest().tasks).toEqual([]);
  const ended = device({
    ...{ fetchToken: () => Promise.reject(new SignedOut("You are not signed in.")), onSignedOut: () => events.push("signed out") },
  });
  page(ended.props);
  await expect.poll(() => events).toContain("signed out");
});

test("an unavailable API is reported until it responds", async () => {
  let isDown = true;
  const { props } = device({
    fetch: (url: string, init: RequestInit) => (isDown ? Promise.reject(new TypeError("down")) : fetch(url, init)),
  });
  const { latest, shows } = page(props);
  await expect.poll(() => latest()?.unavailable).toBe(true);
  expect(latest().isLoading).toBe(true);
  isDown = false;
  await expect.poll(() => latest().unavailable).toBe(false);
  await shows([]);
});

test("changes elsewhere are shown without a reload", async () => {
  const { other, props, sent } = device({ live: true });
  const { shows } = page(props);
  await shows([]);
  const opened = () => sent.filter((line) => line === "GET /tasks").length;
  await expect.poll(opened).toBeGreaterThan(1);
  const before = opened();
  const [a, b] = [await other.create({ title: "a" }), await other.create({ title: "b" })];
  await shows(["b", "a"]);
  await other.move(b, { after: a.id });
  await shows(["a", "b"]);
  await other.remove(a);
  await shows(["b"]);
  expect(opened()).toBe(before);
});

test("a late event of a deletion does not hide a restored task", async () => {
  const { other, props } = device({ live: true });
  const task = await other.create({ title: "one" });
  const { latest, shows } = page(props);
  await shows(["one"]);
  // The events of the first round arrive before the last one.
  for (const title of ["two", "three"]) {
    await latest().remove(task);
    const { revision } = await latest().restore(task);
    task.revision = revision;
    await other.create({ title });
    await expect.poll(() => latest().tasks?.some((one) => one.title === title)).toBe(true);
  }
  await shows(["three", "two", "one"]);
});

test("a task is found by its id, and follows writes", async () => {
  const { other, props } = device();
  const task = await other.create({ title: "one" });
  const { Probe, latest } = probe(() => ({ ...useTask(task.id), ...useMutations() }));
  render(<Provided props={props} Probe={Probe} />);
  await expect.poll(() => latest()?.task).toEqual(task);
  const renamed: Task = await latest().update(task, { title: "two" });
  await expect.poll(() => latest().task).toEqual(renamed);
  await latest().remove(renamed);
  await expect.poll(() => latest().error).toMatchObject({ code: "task_not_found" });
});

test("lists and tags are shown and changed", async () => {
  const { props } = device();
  const writes = () => ({ ...tasknook.useListMutations(), tasks: useMutations() });
  const { Probe, latest } = probe(() => ({ ...tasknook.useLists(), ...tasknook.useTags(), ...writes() }));
  render(<Provided props={props} Probe={Probe} />);
  await expect.poll(() => latest()?.isLoading).toBe(false);
  const home = await latest().create({ name: "Home" });
  const work = await latest().create({ name: "Work" });
  await latest().update({ ...work, open: 0, completed: 0 }, { name: "Office" });
  const names = () => latest().lists.map(({ name, open }) => `${name} ${open}`);
  await expect.poll(names).toEqual(["Home 0", "Office 0"]);
  await latest().move(latest().lists[1]!, { to: "first" });
  await expect.poll(names).toEqual(["Office 0", "Home 0"]);
  await latest().tasks.create({ title: "one", list_id: home.id, tags: ["new"] });
  await expect.poll(names).toEqual(["Office 0", "Home 1"]);
  await expect.poll(() => latest().tags).toEqual([{ name: "new", count: 1 }]);
  expect(await failure(latest().create({ name: "home" }))).toMatchObject({ code: "already_exists" });
  await latest().remove(latest().lists[1]!);
  await expect.poll(names).toEqual(["Office 0"]);
});

test("writes are completed after the page is left", async () => {
  const { other, props } = device();
  const task = await other.create({ title: "old" });
  const { latest, shows, unmount } = page(props);
  await shows(["old"]);
  const writes = [latest().update(task, { title: "new" }), latest().complete(task, true)];
  unmount();
  await Promise.all(writes);
  expect(await other.get(task.id)).toMatchObject({ title: "new", completed: true });
});

test("a write is repeated when the API is overloaded", async () => {
  const { other, props } = device();
  const task = await other.create({ title: "old" });
  const problem = { status: 503, code: "overloaded", title: "", detail: "overloaded", request_id: "r" };
  const headers = { "Content-Type": "application/problem+json", "Retry-After": "1" };
  let rejected = 0;
  const overloaded: typeof props.fetch = async (url, init) => {
    if (init.method !== "PATCH" || (rejected += 1) > 1) return fetch(url, init);
    return new Response(JSON.stringify(problem), { status: 503, headers });
  };
  const { latest, shows } = page({ ...props, fetch: overloaded } as typeof props);
  await shows(["old"]);
  await latest().complete(task, true);
  expect(rejected).toBe(2);
  expect(await other.get(task.id)).toMatchObject({ completed: true });
});
