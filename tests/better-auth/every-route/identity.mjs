// Authentication: 401 without a valid token, 403 on another user's path, both before any other check.

import { Caller, listsBeside, routes, routesOfLists } from "./caller.mjs";
import { expectStatus, holds, same } from "./check.mjs";

const SOME_ID = "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11";

export function expectUnauthorized(response, sentence) {
  expectStatus(response, 401, sentence);
  const challenge = response.headers.get("www-authenticate") ?? "";
  holds(/^Bearer\b/.test(challenge), `${sentence}: with a challenge`, response.described);
  holds(/token/i.test(response.json.detail), `${sentence}: the detail mentions the token`, response.described);
  return challenge;
}

export function expectInvalidToken(response, sentence) {
  const challenge = expectUnauthorized(response, sentence);
  holds(challenge.includes('error="invalid_token"'), `${sentence}: as invalid`, challenge);
  holds(/error_description="[^"]+"/.test(challenge), `${sentence}: with a description`, challenge);
}

export async function checkTokenIsRequired(service, { root, token }) {
  const anonymous = new Caller(service);
  const spoiled = token.slice(0, -10) + (token.at(-10) === "A" ? "B" : "A") + token.slice(-9);
  const garbage = ["garbage", "a.b.c", "ey.ey.", token.split(".").slice(0, 2).join("."), spoiled];
  for (const each of [root, "/api/tasks"]) {
    for (const [method, path, options] of [...routes(each, SOME_ID), ...routesOfLists(listsBeside(each), SOME_ID)]) {
      const challenge = expectUnauthorized(await anonymous.send(method, path, options), `${method} ${path} requires a token`);
      holds(!challenge.includes("error"), "without credentials the challenge names no error", challenge);
      const caller = new Caller(service, "garbage");
      expectInvalidToken(await caller.send(method, path, options), `${method} ${path} requires a valid token`);
    }
  }
  for (const token of garbage) {
    expectInvalidToken(await new Caller(service, token).get(root), `a token like ${token.slice(0, 12)}… is rejected`);
  }
  const headers = { authorization: `Basic ${Buffer.from("alice:secret").toString("base64")}` };
  expectUnauthorized(await anonymous.get(root, { headers }), "another scheme is rejected");
  expectUnauthorized(await anonymous.send("POST", root, { raw: "{" }), "the token is checked before the body");
}

export async function checkOtherPathsAreForbidden(one, other) {
  const lists = routesOfLists(listsBeside(other.root), SOME_ID);
  for (const [method, path, options] of [...routes(other.root, SOME_ID), ...lists]) {
    expectStatus(await one.caller.send(method, path, options), 403, `${method} on another user's path is forbidden`);
  }
  const malformed = await one.caller.send("POST", other.root, { raw: "{" });
  expectStatus(malformed, 403, "the path is checked before the body");
  const swapped = one.id.replace(/[a-z]/i, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
  holds(swapped !== one.id, "the id has a letter");
  expectStatus(await one.caller.get(`/api/${swapped}/tasks`), 403, "an id in another case is another user's");
  expectStatus(await one.caller.get(`/api/${one.id}%00/tasks`), 403, "an id with another byte is another user's");
  const encoded = [...Buffer.from(one.id)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  expectStatus(await one.caller.get(`/api/${encoded}/tasks`), 200, "the path is compared as decoded");
}

export async function checkClientTokensAreAccepted(service, { id, header }) {
  const created = await new Caller(service, header).post("/api/tasks", { title: "by the header's token" });
  same(expectStatus(created, 201, "the header's token is accepted").json.user_id, id, "and authenticates the same user");
  await new Caller(service, header).delete(`/api/tasks/${created.json.id}`);
}
