// Users see only their own tasks. Another user's task looks like one that never existed.

import { operationsOnOne, routesOfOne } from "./caller.mjs";
import { expectStatus, holds, same } from "./check.mjs";

const NEVER = "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11";

export async function checkIsolation(one, other) {
  const theirs = expectStatus(await one.caller.post(one.root, { title: "alice's alone", tags: ["alice's", "bob's"] }), 201, "one has a task").json;
  const mine = expectStatus(await other.caller.post(other.root, { title: "bob's alone", tags: ["Bob's"] }), 201, "another has one").json;
  const gone = expectStatus(await other.caller.post(other.root, { title: "bob's once" }), 201, "and one more").json;
  expectStatus(await other.caller.delete(`${other.root}/${gone.id}`), 204, "which is deleted");
  expectStatus(await other.caller.delete(`${other.root}/trash/${gone.id}`), 204, "for good");
  const inTrash = expectStatus(await one.caller.post(one.root, { title: "alice's deleted" }), 201, "and one in the trash").json;
  expectStatus(await one.caller.delete(`${one.root}/${inTrash.id}`), 204, "of the other user");

  for (const root of [other.root, "/api/tasks"]) {
    const listed = await other.caller.get(`${root}?count=true`);
    same(listed.json, [mine], "a list is of one's own");
    same(listed.headers.get("x-total-count"), "1", "so is a count");
    same((await other.caller.get(`${root}?search=alice`)).json, [], "so is a search");
    same((await other.caller.get(`${root}/trash`)).json, [], "so is the trash");
    same((await other.caller.get(`${root}/tags`)).json, [{ name: "Bob's", count: 1 }], "so are counts of tags");
    const changes = (await other.caller.get(`${root}/changes?limit=1000`)).json.changes;
    same(changes.map(({ task }) => task), [mine], "so are changes");
    expectStatus(await other.caller.delete(`${root}/trash`), 204, "which can be emptied");

    const absent = (id) => routesOfOne(root, id);
    for (const [index, [method, path, options]] of absent(NEVER).entries()) {
      const never = expectStatus(await other.caller.send(method, path, options), 404, `${method} of a task that never existed`);
      for (const id of [theirs.id, inTrash.id, gone.id, "not-a-uuid"]) {
        const [, target] = absent(id)[index];
        const hidden = expectStatus(await other.caller.send(method, target, options), 404, `${method} of ${id}`);
        same(hidden.anonymous, never.anonymous, `${method} of ${id} has the same response as a task that never existed`);
        holds(!hidden.text.includes("alice"), "and contains no data of another user", hidden.text);
      }
    }
    for (const [index, operation] of operationsOnOne(NEVER).entries()) {
      const bulk = (operations) => other.caller.post(`${root}/bulk`, { operations });
      const never = expectStatus(await bulk([operation]), 404, `${operation.op} of a task that never existed`);
      for (const id of [theirs.id, inTrash.id, gone.id]) {
        const hidden = expectStatus(await bulk([operationsOnOne(id)[index]]), 404, `${operation.op} of ${id}`);
        same(hidden.anonymous, never.anonymous, `${operation.op} of ${id} has the same response as of a task that never existed`);
      }
    }
  }
  same((await one.caller.get(`${one.root}/${theirs.id}`)).json, theirs, "requests of another user changed nothing");
  same((await one.caller.get(one.root)).json, [theirs], "nor added anything");
  same((await one.caller.get(`${one.root}/trash`)).json.map(({ id }) => id).includes(inTrash.id), true, "nor emptied the trash");
  expectStatus(await one.caller.delete(`${one.root}/${theirs.id}`), 204, "one deletes one's own");
  expectStatus(await other.caller.delete(`${other.root}/${mine.id}`), 204, "and the other theirs");
}
