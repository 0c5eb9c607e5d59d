// Tokens of the same Better Auth that are not for the API, and forged ones.

import { createHmac } from "node:crypto";

import { Caller } from "./caller.mjs";
import { expectInvalidToken } from "./identity.mjs";
import { holds, same } from "./check.mjs";
import { claims } from "./user.mjs";

const HOUR = 3600;
const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const now = () => Math.floor(Date.now() / 1000);

// Signed by hand, because libraries refuse to create invalid tokens.
function hs256(payload, key, header = {}) {
  const signed = `${part({ alg: "HS256", ...header })}.${part(payload)}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

export async function checkOtherTokensAreRejected({ issuer, service, secret, cookiesAreTokens }, user) {
  const reject = async (token, sentence) => expectInvalidToken(await new Caller(service, token).get("/api/tasks"), sentence);

  for (const [name, value] of user.cookies) {
    await reject(decodeURIComponent(value), `the cookie ${name} is no token for the API`);
  }
  holds(user.cookies.size > 0, "a session has cookies");
  const jwts = [...user.cookies.values()].filter((value) => value.split(".").length === 3);
  same(jwts.length, cookiesAreTokens ? 1 : 0, "a cookie is a JWT when it was asked to be");

  const { error } = await user.client.sendVerificationEmail({ email: user.email });
  const mailed = await (await fetch(`${issuer}/mailbox?of=${encodeURIComponent(user.email)}`)).text();
  holds(!error && claims(mailed).email === user.email, "a token to verify the address comes by mail");
  await reject(mailed, "the token of a mail is no token for the API");

  const good = { ...claims(user.token), exp: now() + HOUR };
  await reject(`${part({ alg: "none" })}.${part(good)}.`, "a token without a signature is rejected");

  await reject(hs256(good, "another secret that is long enough for HS256"), "a token under another secret is rejected");
  for (const key of await publicKeys(issuer)) {
    for (const text of [key.x, key.n, JSON.stringify(key)].filter(Boolean)) {
      await reject(hs256(good, text, { kid: key.kid }), "a public key is no secret");
    }
  }

  // With the shared secret at hand, each claim alone makes the difference.
  const shared = JSON.parse(Buffer.from(user.token.split(".")[0], "base64url")).alg === "HS256";
  if (!shared) return reject(hs256(good, secret), "a secret that the service was not given is rejected");
  const { exp, sub, iss, aud, ...rest } = good;
  const mutations = {
    "an expired token": { ...good, iat: now() - 2 * HOUR, exp: now() - HOUR },
    "a token without an expiry time": { ...rest, sub, iss, aud },
    "a token that is not valid yet": { ...good, nbf: now() + HOUR },
    "a token from the future": { ...good, iat: now() + HOUR },
    "a token without a subject": { ...rest, exp, iss, aud },
    "a token of an empty subject": { ...good, sub: "" },
    "a token whose subject is a number": { ...good, sub: 1 },
    "a token of another issuer": { ...good, iss: "http://127.0.0.1:1" },
    "a token of no issuer": { ...rest, exp, sub, aud },
    "a token for another audience": { ...good, aud: "better-auth:session-cache" },
    "a token for no audience": { ...rest, exp, sub, iss },
  };
  const caller = new Caller(service, hs256(good, secret));
  holds((await caller.get("/api/tasks")).status === 200, "the same claims, complete, are accepted");
  for (const [what, payload] of Object.entries(mutations)) {
    await reject(hs256(payload, secret), `${what} is rejected`);
  }
  await reject(hs256(good, secret, { typ: "better-auth.session-cache+jwt" }), "another type of token is rejected");
  await reject(hs256(good, secret, { crit: ["exp"], exp: 1 }), "a critical header is rejected");
}

async function publicKeys(issuer) {
  const response = await fetch(`${issuer}/api/auth/jwks`);
  return response.ok ? (await response.json()).keys : [];
}
