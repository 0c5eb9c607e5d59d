// Who may call: 401 without a token that verifies, 403 on another's path, both before anything else.

import { Caller, routes } from "./caller.mjs";
import { answers, holds, same } from "./check.mjs";

const SOME_ID = "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11";

export function refused(answer, sentence) {
  answers(answer, 401, sentence);
  const challenge = answer.headers.get("www-authenticate") ?? "";
  holds(/^Bearer\b/.test(challenge), `${sentence}: with a challenge`, answer.described);
  holds(/token/i.test(answer.json.detail), `${sentence}: the detail speaks of the token`, answer.described);
  return challenge;
}

export function refusedAsInvalid(answer, sentence) {
  const challenge = refused(answer, sentence);
  holds(challenge.includes('error="invalid_token"'), `${sentence}: as invalid`, challenge);
  holds(/error_description="[^"]+"/.test(challenge), `${sentence}: with a description`, challenge);
}

export async function nobodyWithoutAToken(service, { root, token }) {
  const nobody = new Caller(service);
  const spoiled = token.slice(0, -10) + (token.at(-10) === "A" ? "B" : "A") + token.slice(-9);
  const garbage = ["garbage", "a.b.c", "ey.ey.", token.split(".").slice(0, 2).join("."), spoiled];
  for (const each of [root, "/api/tasks"]) {
    for (const [method, path, options] of routes(each, SOME_ID)) {
      const challenge = refused(await nobody.send(method, path, options), `${method} ${path} wants a token`);
      holds(!challenge.includes("error"), "without credentials the challenge names no error", challenge);
      const caller = new Caller(service, "garbage");
      refusedAsInvalid(await caller.send(method, path, options), `${method} ${path} wants a true token`);
    }
  }
  for (const token of garbage) {
    refusedAsInvalid(await new Caller(service, token).get(root), `a token like ${token.slice(0, 12)}… is refused`);
  }
  const headers = { authorization: `Basic ${Buffer.from("alice:secret").toString("base64")}` };
  refused(await nobody.get(root, { headers }), "another scheme is refused");
  refused(await nobody.send("POST", root, { raw: "{" }), "a body is not looked at before the token");
}

export async function nobodyOnAnothersPath(one, other) {
  for (const [method, path, options] of routes(other.root, SOME_ID)) {
    answers(await one.caller.send(method, path, options), 403, `${method} on another's path is forbidden`);
  }
  const malformed = await one.caller.send("POST", other.root, { raw: "{" });
  answers(malformed, 403, "a body is not looked at before the path");
  const swapped = one.id.replace(/[a-z]/i, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
  holds(swapped !== one.id, "the id has a letter");
  answers(await one.caller.get(`/api/${swapped}/tasks`), 403, "an id in another case is another's");
  answers(await one.caller.get(`/api/${one.id}%00/tasks`), 403, "an id with a byte more is another's");
  const encoded = [...Buffer.from(one.id)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  answers(await one.caller.get(`/api/${encoded}/tasks`), 200, "the path is compared as decoded");
}

export async function everyTokenOfTheClientIsTaken(service, { id, header }) {
  const created = await new Caller(service, header).post("/api/tasks", { title: "by the header's token" });
  same(answers(created, 201, "the header's token is taken").json.user_id, id, "and stands for the same user");
  await new Caller(service, header).delete(`/api/tasks/${created.json.id}`);
}
