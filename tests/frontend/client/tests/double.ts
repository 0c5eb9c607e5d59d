// Replaces the service in the tests of the project `double` by the one of `tasknook-client/testing`.

import { createHmac } from "node:crypto";

import { createTestServer } from "../src/testing/index.ts";
import { QUOTA, SECRET } from "./support.ts";

/** Whether a token is signed as those of the tests are. */
export function isSigned(token: string): boolean {
  const [header, payload, signature] = token.split(".");
  return createHmac("sha256", SECRET).update(`${header}.${payload}`).digest("base64url") === signature;
}

const server = createTestServer({ quota: QUOTA, isSigned });
const network = globalThis.fetch;

globalThis.fetch = (input, init) => (String(input).startsWith("http://tasknook.test/") ? server.fetch(input, init) : network(input, init));
