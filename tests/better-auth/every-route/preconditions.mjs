// If-Match: a write based on an older state is rejected. If-None-Match: a task is created once.

import { expectStatus, holds, same } from "./check.mjs";
import { tag } from "./one-task.mjs";

const RACERS = 20;

export async function checkPreconditions({ caller }, root) {
  await checkCreation(caller, root);
  const path = `${root}/${(await caller.post(root, { title: "Guarded" })).json.id}`;
  const old = tag(await caller.get(path));
  const changed = await caller.put(path, { title: "Changed" }, { headers: { "if-match": old } });
  expectStatus(changed, 200, "the current tag is let through");
  const current = tag(changed);

  const writes = [
    ["PUT", path, { body: { title: "Lost" } }],
    ["PATCH", path, { body: { title: "Lost" } }],
    ["PATCH", `${path}/complete`, {}],
    ["DELETE", path, {}],
  ];
  for (const [method, target, options] of writes) {
    for (const stale of [old, '"never"']) {
      const response = await caller.send(method, target, { ...options, headers: { "if-match": stale } });
      expectStatus(response, 412, `${method} ${target} with ${stale} is rejected`);
      same(tag(response), current, "and has the current tag", response.described);
    }
  }
  same((await caller.get(path)).json, changed.json, "rejected requests changed nothing");

  const any = await caller.put(path, { title: "Any" }, { headers: { "if-match": "*" } });
  expectStatus(any, 200, "a star matches any existing task");
  const several = { headers: { "if-match": `"other", ${tag(any)}` } };
  expectStatus(await caller.patch(path, { title: "Several" }, several), 200, "one of several tags is enough");

  const shared = { headers: { "if-match": tag(await caller.get(path)) } };
  const race = await Promise.all(
    Array.from({ length: RACERS }, (_, racer) => caller.put(path, { title: `Racer ${racer}` }, shared)),
  );
  const winners = race.filter(({ status }) => status === 200);
  same(winners.length, 1, "one of many concurrent writes succeeds", race.map(({ status }) => status).join(" "));
  same(race.filter(({ status }) => status === 412).length, RACERS - 1, "and the others are rejected");
  const last = await caller.get(path);
  same(last.json, winners[0].json, "the state is that of the successful write");

  holds(tag(last) === tag(winners[0]), "with its tag", last.described);
  expectStatus(await caller.delete(path, { headers: { "if-match": tag(last) } }), 204, "a guarded task is deleted");
}

async function checkCreation(caller, root) {
  const id = crypto.randomUUID();
  const path = `${root}/${id}`;
  const once = () => caller.put(path, { title: "Created once" }, { headers: { "if-none-match": "*" } });
  const race = await Promise.all(Array.from({ length: RACERS }, once));
  const [created, ...others] = race.toSorted((one, other) => one.status - other.status);
  expectStatus(created, 201, "one of many requests for a new task creates it");
  same(created.headers.get("location"), path, "and has its path", created.described);
  for (const other of others) {
    expectStatus(other, 412, "the others are rejected");
    same(tag(other), tag(created), "with the tag of the task", other.described);
  }
  same((await caller.get(path)).json, created.json, "the state is that of the successful request");
  expectStatus(await caller.delete(path), 204, "the task is deleted");
  expectStatus(await caller.delete(`${root}/trash/${id}`), 204, "for good");
  const again = expectStatus(await once(), 201, "which frees its id");
  expectStatus(await caller.delete(path, { headers: { "if-match": tag(again) } }), 204, "for a while");
}
