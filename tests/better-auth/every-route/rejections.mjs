// Invalid bodies and paths, which are rejected and change nothing.

import { expectStatus, holds, same } from "./check.mjs";

const NOWHERE = "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11";

export async function checkRejectedBodies({ caller }, root) {
  const made = await caller.post(root, { title: "Stays", description: "as it is" });
  const path = `${root}/${made.json.id}`;
  const before = (await caller.get(root)).text;

  const wrong = [{ title: "" }, { title: " \t\u3000" }, { title: "x".repeat(201) }, { title: 5 }, { title: "a\0b" }]
    .concat([{ title: "x", description: "x".repeat(1001) }, { title: "x", description: 5 }])
    .concat([{ title: "x", description: "\0" }, { title: "x", completed: "yes" }, ["x"], "x", 5, null]);
  for (const body of wrong) {
    for (const [method, target] of [["POST", root], ["PUT", path], ["PATCH", path]]) {
      const response = await caller.send(method, target, { body });
      expectStatus(response, 422, `${method} of ${JSON.stringify(body).slice(0, 40)} is not valid`);
      same(response.json.code, "validation", "and has the code for it", response.described);
    }
  }
  const untitled = expectStatus(await caller.post(root, {}), 422, "a task needs a title");
  const [error] = untitled.json.errors;
  same(error.loc, ["body", "title"], "the error has the location", untitled.described);
  holds(error.msg !== "" && error.type !== "", "and a message and a type", untitled.described);

  for (const [method, target] of [["POST", root], ["PUT", path], ["PATCH", path]]) {
    const send = (options) => caller.send(method, target, options);
    for (const raw of ["{", "", '{"title":"x"', '{"title":"x"} {}', '{"title":"\\ud800"}']) {
      expectStatus(await send({ raw }), 400, `${method} of ${JSON.stringify(raw)} is not JSON`);
    }
    expectStatus(await send({ raw: "title=x", type: "text/plain" }), 415, `${method} of plain text is not JSON`);
    expectStatus(await send({ body: { title: "x", padding: "x".repeat(70_000) } }), 413, `${method} of 70 kB is too large`);
  }
  expectStatus(await caller.patch(`${path}/complete`, { completed: "yes" }), 422, "completed is true or false");
  expectStatus(await caller.send("PATCH", `${path}/complete?completed=maybe`), 422, "in the query too");

  const wide = "𝕏".repeat(200);
  const counted = await caller.post(root, { title: wide });
  same(expectStatus(counted, 201, "characters are counted, not bytes").json.title, wide, "and 200 of them are kept");
  expectStatus(await caller.delete(`${root}/${counted.json.id}`), 204, "it is deleted again");

  for (const id of [NOWHERE, "1", "not-a-uuid", `${made.json.id}0`, "%00", "%ff"]) {
    expectStatus(await caller.get(`${root}/${id}`), 404, `there is no task ${id}`);
  }
  const method = expectStatus(await caller.send("PUT", root, { body: {} }), 405, "a list is not written");
  same(allowed(method), ["GET", "POST"], "and lists the allowed methods", method.described);
  const complete = expectStatus(await caller.get(`${path}/complete`), 405, "completion is not read");
  same(allowed(complete), ["PATCH"], "and lists the allowed methods", complete.described);
  expectStatus(await caller.get("/no/such/route"), 404, "an unknown route is a problem as well");

  same((await caller.get(root)).text, before, "rejected requests changed nothing");
  expectStatus(await caller.delete(path), 204, "the task is deleted");
}

// HEAD and OPTIONS are optional.
const allowed = (response) =>
  (response.headers.get("allow") ?? "")
    .split(/,\s*/)
    .filter((method) => !["HEAD", "OPTIONS"].includes(method))
    .sort();
