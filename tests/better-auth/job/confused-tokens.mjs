// What looks like a token for the API, and comes from the same Better Auth, but is none.

import { createHmac } from "node:crypto";

import { Caller } from "./caller.mjs";
import { refusedAsInvalid } from "./identity.mjs";
import { holds, same } from "./check.mjs";
import { claims } from "./person.mjs";

const HOUR = 3600;
const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const now = () => Math.floor(Date.now() / 1000);

// By hand, because a library keeps one from making what is to be refused.
function hs256(payload, key, header = {}) {
  const signed = `${part({ alg: "HS256", ...header })}.${part(payload)}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

export async function noOtherTokenIsTaken({ issuer, service, secret, cookiesAreTokens }, person) {
  const refuse = async (token, sentence) => refusedAsInvalid(await new Caller(service, token).get("/api/tasks"), sentence);

  for (const [name, value] of person.cookies) {
    await refuse(decodeURIComponent(value), `the cookie ${name} is no token for the API`);
  }
  holds(person.cookies.size > 0, "a session has cookies");
  const jwts = [...person.cookies.values()].filter((value) => value.split(".").length === 3);
  same(jwts.length, cookiesAreTokens ? 1 : 0, "a cookie is a JWT when it was asked to be");

  const { error } = await person.client.sendVerificationEmail({ email: person.email });
  const mailed = await (await fetch(`${issuer}/mailbox?of=${encodeURIComponent(person.email)}`)).text();
  holds(!error && claims(mailed).email === person.email, "a token to verify the address comes by mail");
  await refuse(mailed, "the token of a mail is no token for the API");

  const good = { ...claims(person.token), exp: now() + HOUR };
  await refuse(`${part({ alg: "none" })}.${part(good)}.`, "a token without a signature is refused");

  await refuse(hs256(good, "another secret that is long enough for HS256"), "another's secret is refused");
  for (const key of await publicKeys(issuer)) {
    for (const text of [key.x, key.n, JSON.stringify(key)].filter(Boolean)) {
      await refuse(hs256(good, text, { kid: key.kid }), "a public key is no secret");
    }
  }

  // With the shared secret at hand, each claim alone makes the difference.
  const shared = JSON.parse(Buffer.from(person.token.split(".")[0], "base64url")).alg === "HS256";
  if (!shared) return refuse(hs256(good, secret), "a secret that the service was not given is refused");
  const { exp, sub, iss, aud, ...rest } = good;
  const mutations = {
    "an expired token": { ...good, iat: now() - 2 * HOUR, exp: now() - HOUR },
    "a token without an expiry time": { ...rest, sub, iss, aud },
    "a token that is not valid yet": { ...good, nbf: now() + HOUR },
    "a token from the future": { ...good, iat: now() + HOUR },
    "a token of nobody": { ...rest, exp, iss, aud },
    "a token of an empty subject": { ...good, sub: "" },
    "a token whose subject is a number": { ...good, sub: 1 },
    "a token of another issuer": { ...good, iss: "http://127.0.0.1:1" },
    "a token of no issuer": { ...rest, exp, sub, aud },
    "a token for another audience": { ...good, aud: "better-auth:session-cache" },
    "a token for no audience": { ...rest, exp, sub, iss },
  };
  const caller = new Caller(service, hs256(good, secret));
  holds((await caller.get("/api/tasks")).status === 200, "the same claims, all there, are taken");
  for (const [what, payload] of Object.entries(mutations)) {
    await refuse(hs256(payload, secret), `${what} is refused`);
  }
  await refuse(hs256(good, secret, { typ: "better-auth.session-cache+jwt" }), "another type of token is refused");
  await refuse(hs256(good, secret, { crit: ["exp"], exp: 1 }), "a critical header is refused");
}

async function publicKeys(issuer) {
  const response = await fetch(`${issuer}/api/auth/jwks`);
  return response.ok ? (await response.json()).keys : [];
}
