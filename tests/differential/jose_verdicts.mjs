// The verdicts of jose on cases from standard input, as JSON lines. It is set up as its documentation recommends, and
// as close to the rules of the auth crate as its options allow.
import { createInterface } from "node:readline";

import { createLocalJWKSet, errors, jwtVerify } from "jose";

const PUBLISHED = ["EdDSA", "Ed25519", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

async function verdict({ token, secret, jwks, origin, now }) {
  const options = {
    algorithms: secret === undefined ? PUBLISHED : ["HS256"],
    issuer: origin,
    audience: origin,
    requiredClaims: ["exp", "sub"],
    clockTolerance: 30,
    currentDate: new Date(now * 1000),
  };
  try {
    const key = secret === undefined ? createLocalJWKSet(JSON.parse(jwks)) : new TextEncoder().encode(secret);
    const { payload } = await jwtVerify(token, key, options);
    return { user: payload.sub };
  } catch (error) {
    const own = error instanceof errors.JOSEError;
    return { reason: own ? error.code : error.name, own, message: String(error.message).slice(0, 200) };
  }
}

const lines = [];
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  lines.push(JSON.stringify(await verdict(JSON.parse(line))));
}
process.stdout.write(`${lines.join("\n")}\n`);
