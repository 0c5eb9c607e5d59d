// Bodies and paths that are no task's, and change nothing.

import { answers, holds, same } from "./check.mjs";

const NOWHERE = "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11";

export async function whatIsNotATask({ caller }, root) {
  const made = await caller.post(root, { title: "Stays", description: "as it is" });
  const path = `${root}/${made.json.id}`;
  const before = (await caller.get(root)).text;

  const wrong = [{ title: "" }, { title: " \t\u3000" }, { title: "x".repeat(201) }, { title: 5 }, { title: "a\0b" }]
    .concat([{ title: "x", description: "x".repeat(1001) }, { title: "x", description: 5 }])
    .concat([{ title: "x", description: "\0" }, { title: "x", completed: "yes" }, ["x"], "x", 5, null]);
  for (const body of wrong) {
    for (const [method, target] of [["POST", root], ["PUT", path], ["PATCH", path]]) {
      const answer = await caller.send(method, target, { body });
      answers(answer, 422, `${method} of ${JSON.stringify(body).slice(0, 40)} is not valid`);
      same(answer.json.code, "validation", "and is called so", answer.described);
    }
  }
  const untitled = answers(await caller.post(root, {}), 422, "a task needs a title");
  const [error] = untitled.json.errors;
  same(error.loc, ["body", "title"], "the error says where", untitled.described);
  holds(error.msg !== "" && error.type !== "", "and what, and of which kind", untitled.described);

  for (const [method, target] of [["POST", root], ["PUT", path], ["PATCH", path]]) {
    const send = (options) => caller.send(method, target, options);
    for (const raw of ["{", "", '{"title":"x"', '{"title":"x"} {}', '{"title":"\\ud800"}']) {
      answers(await send({ raw }), 400, `${method} of ${JSON.stringify(raw)} is not JSON`);
    }
    answers(await send({ raw: "title=x", type: "text/plain" }), 415, `${method} of plain text is not JSON`);
    answers(await send({ body: { title: "x", padding: "x".repeat(70_000) } }), 413, `${method} of 70 kB is too large`);
  }
  answers(await caller.patch(`${path}/complete`, { completed: "yes" }), 422, "completed is true or false");
  answers(await caller.send("PATCH", `${path}/complete?completed=maybe`), 422, "in the query too");

  const wide = "𝕏".repeat(200);
  const counted = await caller.post(root, { title: wide });
  same(answers(counted, 201, "characters are counted, not bytes").json.title, wide, "and 200 of them are kept");
  answers(await caller.delete(`${root}/${counted.json.id}`), 204, "it is deleted again");

  for (const id of [NOWHERE, "1", "not-a-uuid", `${made.json.id}0`, "%00", "%ff"]) {
    answers(await caller.get(`${root}/${id}`), 404, `there is no task ${id}`);
  }
  const method = answers(await caller.send("PUT", root, { body: {} }), 405, "a list is not written");
  same(allowed(method), ["GET", "POST"], "and says what it takes", method.described);
  const complete = answers(await caller.get(`${path}/complete`), 405, "completion is not read");
  same(allowed(complete), ["PATCH"], "and says what it takes", complete.described);
  answers(await caller.get("/no/such/route"), 404, "a route that is not there is a problem too");

  same((await caller.get(root)).text, before, "nothing was changed by what was refused");
  answers(await caller.delete(path), 204, "the task is deleted");
}

// HEAD and OPTIONS may stand there or not.
const allowed = (answer) =>
  (answer.headers.get("allow") ?? "")
    .split(/,\s*/)
    .filter((method) => !["HEAD", "OPTIONS"].includes(method))
    .sort();
