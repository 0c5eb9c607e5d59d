// If-Match: a write that was decided on an older state does not happen.

import { answers, holds, same } from "./check.mjs";
import { tag } from "./life-of-a-task.mjs";

const RACERS = 20;

export async function thePreconditions({ caller }, root) {
  const path = `${root}/${(await caller.post(root, { title: "Guarded" })).json.id}`;
  const old = tag(await caller.get(path));
  const changed = await caller.put(path, { title: "Changed" }, { headers: { "if-match": old } });
  answers(changed, 200, "the current tag is let through");
  const current = tag(changed);

  const writes = [
    ["PUT", path, { body: { title: "Lost" } }],
    ["PATCH", path, { body: { title: "Lost" } }],
    ["PATCH", `${path}/complete`, {}],
    ["DELETE", path, {}],
  ];
  for (const [method, target, options] of writes) {
    for (const stale of [old, '"never"']) {
      const answer = await caller.send(method, target, { ...options, headers: { "if-match": stale } });
      answers(answer, 412, `${method} ${target} with ${stale} is refused`);
      same(tag(answer), current, "and says what is current", answer.described);
    }
  }
  same((await caller.get(path)).json, changed.json, "nothing was changed by what was refused");

  const any = await caller.put(path, { title: "Any" }, { headers: { "if-match": "*" } });
  answers(any, 200, "a star is any task that is there");
  const several = { headers: { "if-match": `"other", ${tag(any)}` } };
  answers(await caller.patch(path, { title: "Several" }, several), 200, "one of several tags is enough");

  const shared = { headers: { "if-match": tag(await caller.get(path)) } };
  const race = await Promise.all(
    Array.from({ length: RACERS }, (_, racer) => caller.put(path, { title: `Racer ${racer}` }, shared)),
  );
  const winners = race.filter(({ status }) => status === 200);
  same(winners.length, 1, "one of many who write at once wins", race.map(({ status }) => status).join(" "));
  same(race.filter(({ status }) => status === 412).length, RACERS - 1, "and the others are told");
  const last = await caller.get(path);
  same(last.json, winners[0].json, "the winner's state stands");

  holds(tag(last) === tag(winners[0]), "under the winner's tag", last.described);
  answers(await caller.delete(path, { headers: { "if-match": tag(last) } }), 204, "a guarded task is deleted");
}
