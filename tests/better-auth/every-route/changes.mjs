// The changes of a user: a snapshot, what follows it, and positions that cannot be followed.

import { expectStatus, holds, same } from "./check.mjs";

// What a client has that follows the changes.
class Copy {
  known = new Map();
  next = "";

  // Reads until nothing follows.
  async follow({ caller }, root, limit) {
    for (let more = true; more; ) {
      const page = await caller.get(`${root}/changes?since=${this.next}&limit=${limit}`);
      const { changes, next, more: follows } = expectStatus(page, 200, "a page of changes is read").json;
      holds(changes.length <= limit, "a page has no more changes than requested", page.described);
      holds(/^[A-Za-z0-9_-]{1,128}$/.test(next), "a position is a short text", page.described);
      for (const { type, kind, id, [type]: object } of changes) {
        if (kind === "put") this.known.set(`${type} ${id}`, object);
        else this.known.delete(`${type} ${id}`);
      }
      [this.next, more] = [next, follows];
    }
  }
}

export async function checkChanges(one, other) {
  for (const root of [one.root, "/api/tasks"]) {
    const lists = root.replace(/tasks$/, "lists");
    const copy = new Copy();
    await copy.follow(one, root, 2);
    await copy.follow(one, root, 2);
    const before = copy.known.size;

    const made = [];
    for (const title of ["one", "two", "three"]) {
      made.push(expectStatus(await one.caller.post(root, { title }), 201, "a task to be followed is created").json);
    }
    const list = expectStatus(await one.caller.post(lists, { name: "Followed" }), 201, "and a list").json;
    const moved = await one.caller.patch(`${root}/${made[1].id}`, { list_id: list.id });
    made[1] = expectStatus(moved, 200, "a task is put into the list").json;
    expectStatus(await one.caller.delete(`${root}/${made[0].id}`), 204, "a task is deleted");
    await copy.follow(one, root, 2);
    same(copy.known.size, before + 3, "two tasks and a list are new");
    for (const task of made.slice(1)) same(copy.known.get(`task ${task.id}`), task, "tasks are as everywhere");
    same(copy.known.get(`list ${list.id}`), list, "and so are lists");

    const whole = new Copy();
    await whole.follow(one, root, 1000);
    same(whole.known, copy.known, "a snapshot has what a client has that followed");
    same(whole.next, copy.next, "at the same position");

    await rejections(one, other, root, copy.next);
    for (const { id } of made.slice(1)) expectStatus(await one.caller.delete(`${root}/${id}`), 204, "a task is deleted");
    expectStatus(await one.caller.delete(`${lists}/${list.id}`), 204, "and the list");
    await copy.follow(one, root, 1000);
    same(copy.known.size, before, "nothing of them is left");
  }
}

async function rejections({ caller }, other, root, position) {
  for (const query of ["limit=0", "limit=1001", "limit=many", `since=${position}&since=x`]) {
    expectStatus(await caller.get(`${root}/changes?${query}`), 422, `${query} is not valid`);
  }
  const theirs = expectStatus(await other.caller.get("/api/tasks/changes"), 200, "another user has changes").json.next;
  for (const since of ["garbage", "1", `${position}A`, position.slice(1), theirs]) {
    const response = expectStatus(await caller.get(`${root}/changes?since=${since}`), 410, `${since} cannot be followed`);
    same(response.json.code, "resync_required", "and the client is to begin again");
  }
  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
    expectStatus(await caller.send(method, `${root}/changes`, { body: {} }), 405, `${method} of the changes`);
  }
}
