// A real Better Auth over HTTP on a free port, with its users in memory.
//
//   node server.mjs [--algorithm ES256] [--rotate-after 1 --grace 3600] [--cookies-under-the-keys]
//                   [--shared-secret] [--own-plugin] [--admins] [--rate-limit]
//
// Prints `listening <url>` when it is ready, and stops when its standard input closes.
// With no option it is Better Auth as it ships: `emailAndPassword` and `jwt()`.

import "./older-node.mjs";

import { createServer } from "node:http";
import { parseArgs } from "node:util";

import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { admin, jwt } from "better-auth/plugins";
import { SignJWT } from "jose";

import { secretTokens } from "./secret-tokens.mjs";

const { values: options } = parseArgs({
  options: {
    algorithm: { type: "string" },
    // In seconds, as Better Auth counts them.
    "rotate-after": { type: "string" },
    grace: { type: "string" },
    "cookies-under-the-keys": { type: "boolean", default: false },
    "shared-secret": { type: "boolean", default: false },
    "own-plugin": { type: "boolean", default: false },
    // With the admin plugin; the user of the name `admin` is one.
    admins: { type: "boolean", default: false },
    "rate-limit": { type: "boolean", default: false },
  },
});

const secret = process.env.BETTER_AUTH_SECRET;
if (!secret) throw new Error("BETTER_AUTH_SECRET is not set");

const underTheSecret = options["shared-secret"] || options["own-plugin"];

// The token of the last mail to each address, in place of sending it.
const mails = new Map();

function tokens(url) {
  if (options["shared-secret"]) {
    const key = new TextEncoder().encode(secret);
    return jwt({
      // Better Auth requires a remote key set with a custom signer; this one is never read.
      jwks: { remoteUrl: `${url}/no-keys`, keyPairConfig: { alg: "EdDSA" } },
      jwt: {
        issuer: url,
        audience: url,
        expirationTime: "7d",
        definePayload: ({ user }) => ({ email: user.email, name: user.name }),
        sign: (payload) => new SignJWT(payload).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(key),
      },
    });
  }
  if (options["own-plugin"]) return secretTokens(url, secret);
  if (options["cookies-under-the-keys"]) return jwt({ sessionCookieCache: true });
  if (options.algorithm) return jwt({ jwks: { keyPairConfig: { alg: options.algorithm } } });
  if (options["rotate-after"]) {
    return jwt({ jwks: { rotationInterval: Number(options["rotate-after"]), gracePeriod: Number(options.grace) } });
  }
  return jwt();
}

const withRoles = (user) => ({ data: { ...user, role: user.name === "admin" ? "user,admin" : "user" } });

function auth(url) {
  const cookiesAreTokens = underTheSecret || options["cookies-under-the-keys"];
  return betterAuth({
    baseURL: url,
    secret,
    database: memoryAdapter({ user: [], session: [], account: [], verification: [], jwks: [] }),
    emailAndPassword: { enabled: true },
    emailVerification: { sendVerificationEmail: async ({ user, token }) => void mails.set(user.email, token) },
    session: cookiesAreTokens ? { cookieCache: { enabled: true, strategy: "jwt" } } : {},
    rateLimit: { enabled: options["rate-limit"] },
    telemetry: { enabled: false },
    plugins: options.admins ? [tokens(url), admin()] : [tokens(url)],
    databaseHooks: options.admins ? { user: { create: { before: async (user) => withRoles(user) } } } : {},
  });
}

const server = createServer();
server.listen(0, "127.0.0.1", async () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  const instance = auth(url);
  // The first key is made at the first use; two first uses at once would make two.
  if (!underTheSecret) await instance.api.getJwks();
  const handle = toNodeHandler(instance);
  server.on("request", (request, response) => {
    const { pathname, searchParams } = new URL(request.url, url);
    // The mailbox of a user.
    if (pathname === "/mailbox") return response.end(mails.get(searchParams.get("of")) ?? "");
    return handle(request, response);
  });
  console.log(`listening ${url}`);
});

process.stdin.resume().on("close", () => process.exit(0));
