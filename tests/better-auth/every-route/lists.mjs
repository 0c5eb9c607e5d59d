// Lists: from their creation to their deletion, their tasks, and isolation.

import { listsBeside, routesOfLists } from "./caller.mjs";
import { expectStatus, holds, same } from "./check.mjs";
import { tag } from "./one-task.mjs";

const NEVER = "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b21";

const names = (response) => response.json.map(({ name }) => name);

export async function checkListRoutes({ caller, id: owner }, tasks) {
  const root = listsBeside(tasks);
  const created = await caller.post(root, { name: " Groceries ", color: "#1E90FF", id: "mine", user_id: "mallory" });
  const list = expectStatus(created, 201, "a list is created").json;
  same([list.name, list.color, list.user_id], ["Groceries", "#1e90ff", owner], "it is what was sent, and its caller's");
  same(tag(created), `"${list.revision}"`, "its tag is its revision", created.described);
  const path = `${root}/${list.id}`;
  const location = await caller.get(new URL(created.headers.get("location"), created.url).href);
  same(expectStatus(location, 200, "the location is read").json, list, "and is the list");
  expectStatus(await caller.get(path, { headers: { "if-none-match": tag(created) } }), 304, "the tag matches");
  expectStatus(await caller.post(root, { name: "GROCERIES" }), 409, "a name is used once, in any case");

  const put = expectStatus(await caller.put(path, { name: "Food" }), 200, "PUT changes it").json;
  same([put.name, put.color], ["Food", "#1e90ff"], "and only what was sent");
  const patched = await caller.patch(path, { color: null });
  same(expectStatus(patched, 200, "PATCH changes it").json.color, null, "and clears the color");
  const stale = { headers: { "if-match": tag(created) } };
  for (const [method, target, options] of routesOfLists(root, list.id).slice(3)) {
    const rejected = await caller.send(method, target, { ...options, ...stale });
    same(tag(expectStatus(rejected, 412, `${method} with an old tag`)), tag(patched), "has the current one");
  }
  const other = crypto.randomUUID();
  const once = () => caller.put(`${root}/${other}`, { name: "Work" }, { headers: { "if-none-match": "*" } });
  expectStatus(await once(), 201, "a list is created with an id");
  expectStatus(await once(), 412, "once");
  same(names(await caller.get(root)), ["Food", "Work"], "lists are in their order");
  expectStatus(await caller.post(`${root}/${other}/move`, { before: list.id }), 200, "one is moved");
  same(names(await caller.get(root)), ["Work", "Food"], "before the other");

  const task = expectStatus(await caller.post(tasks, { title: "Milk", list_id: list.id }), 201, "a task is in it").json;
  same((await caller.get(`${tasks}?list_id=${list.id}`)).json, [task], "tasks are filtered by it");
  same((await caller.get(root)).json.map(({ open, completed }) => [open, completed]), [[0, 0], [1, 0]], "and counted");
  expectStatus(await caller.delete(`${path}?tasks=some`), 422, "tasks are kept or trashed");
  expectStatus(await caller.delete(path), 204, "it is deleted");
  expectStatus(await caller.get(path), 404, "for good");
  const kept = (await caller.get(`${tasks}/${task.id}`)).json;
  same([kept.list_id, kept.title], [null, "Milk"], "and its task is in none");
  expectStatus(await caller.patch(`${tasks}/${task.id}`, { list_id: other }), 200, "it is put into the other one");
  expectStatus(await caller.delete(`${root}/${other}?tasks=trash`), 204, "which is deleted with its tasks");
  expectStatus(await caller.get(`${tasks}/${task.id}`), 404, "so the task is gone");
  expectStatus(await caller.delete(`${tasks}/trash/${task.id}`), 204, "to the trash");
  same((await caller.get(root)).json, [], "no list remains");
}

export async function checkIsolationOfLists(one, other) {
  const theirs = await one.caller.post(listsBeside(one.root), { name: "alice's list" });
  const list = expectStatus(theirs, 201, "one has a list").json;
  for (const tasks of [other.root, "/api/tasks"]) {
    const root = listsBeside(tasks);
    same((await other.caller.get(root)).json, [], "another has none");
    same((await other.caller.get(`${tasks}?list_id=${list.id}`)).json, [], "and finds no tasks in it");
    const routes = (id) => routesOfLists(root, id).slice(2);
    for (const [index, [method, path, options]] of routes(NEVER).entries()) {
      const never = expectStatus(await other.caller.send(method, path, options), 404, `${method} of a list that never existed`);
      for (const id of [list.id, "not-a-uuid"]) {
        const hidden = expectStatus(await other.caller.send(method, routes(id)[index][1], options), 404, `${method} of ${id}`);
        same(hidden.anonymous, never.anonymous, `${method} of ${id} has the same response as a list that never existed`);
        holds(!hidden.text.includes("alice"), "and contains no data of another user", hidden.text);
      }
    }
    const into = (id) => other.caller.post(tasks, { title: "not to be created", list_id: id });
    const never = expectStatus(await into(NEVER), 422, "a task in a list that never existed");
    same(expectStatus(await into(list.id), 422, "or in another user's").anonymous, never.anonymous, "is the same");
  }
  same((await one.caller.get(`${listsBeside(one.root)}/${list.id}`)).json, list, "requests of another user changed nothing");
  expectStatus(await one.caller.delete(`${listsBeside(one.root)}/${list.id}`), 204, "one deletes one's own");
}
