import { createServer, type Server } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { freePort, startApi } from "../scripts/servers.mjs";
import { createClient } from "tasknook-client";

// Better Auth of the application over HTTP, with a key pair, and a service that trusts it.
let server: Server;
let service: Awaited<ReturnType<typeof startApi>>;
let folder: string;
let issuer: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tasknook-user-data-"));
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const port = await freePort();
  process.env.BETTER_AUTH_URL = issuer;
  process.env.BETTER_AUTH_SECRET = "a-secret-for-the-cookies-of-these-tests";
  process.env.AUTH_DATABASE = join(folder, "auth.db");
  process.env.TASKNOOK_URL = `http://127.0.0.1:${port}`;
  // After the environment, which they read when they are loaded.
  const { auth } = await import("./auth");
  const { getMigrations } = await import("better-auth/db/migration");
  await (await getMigrations(auth.options)).runMigrations();
  const { toNodeHandler } = await import("better-auth/node");
  server.on("request", toNodeHandler(auth));
  // The first use creates the key pair; the service fetches the public key when it starts.
  await auth.api.getJwks();
  const env = { BETTER_AUTH_URL: issuer, DATABASE_URL: "sqlite://tasks.db", TASKNOOK_SERVER__PORT: String(port) };
  service = await startApi({ folder, env });
});

afterAll(async () => {
  await service.stop();
  server.close();
  await rm(folder, { recursive: true });
});

/** A browser: it keeps cookies and sends its origin. */
function browser() {
  const cookies = new Map<string, string>();
  async function send(path: string, body?: object) {
    const headers = { Origin: issuer, Cookie: [...cookies].map((pair) => pair.join("=")).join("; ") };
    const response = await fetch(`${issuer}/api/auth${path}`, {
      method: body ? "POST" : "GET",
      headers: body ? { ...headers, "Content-Type": "application/json" } : headers,
      body: body && JSON.stringify(body),
    });
    for (const line of response.headers.getSetCookie()) {
      const pair = line.split(";")[0]!;
      cookies.set(pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1));
    }
    return { ok: response.ok, status: response.status, json: await response.json().catch(() => undefined) };
  }
  /** The signed-in user, and the API client with the tokens of the session. */
  async function user() {
    const { id } = (await send("/get-session")).json.user as { id: string };
    const fetchToken = async () => (await send("/token")).json.token as string;
    return { id, fetchToken, api: createClient({ baseUrl: service.url, userId: id, fetchToken }) };
  }
  return { send, user };
}

const account = (name: string) => ({ email: `${name}@example.com`, password: "correct horse battery", name });

const titles = async (api: ReturnType<typeof createClient>) => (await api.list()).tasks.map(({ title }) => title).sort();

test("the tasks of an anonymous user move to a new account", async () => {
  const page = browser();
  await page.send("/sign-in/anonymous", {});
  const guest = await page.user();
  const task = await guest.api.create({ title: "typed before the sign-up" });
  const tokenOfGuest = await guest.fetchToken();
  expect((await page.send("/sign-up/email", account("alice"))).ok).toBe(true);
  const alice = await page.user();
  expect(alice.id).not.toBe(guest.id);
  // Its revision is new, and higher, and its place that of a new task.
  const moved = { user_id: alice.id, revision: expect.any(Number), position: expect.any(String) };
  expect(await alice.api.get(task.id)).toEqual({ ...task, ...moved });
  const old = createClient({ baseUrl: service.url, userId: guest.id, fetchToken: async () => tokenOfGuest });
  expect(await titles(old)).toEqual([]);
});

test("the tasks of an anonymous user join those of an account", async () => {
  const first = browser();
  await first.send("/sign-up/email", account("bob"));
  await (await first.user()).api.create({ title: "of the account" });
  const second = browser();
  await second.send("/sign-in/anonymous", {});
  await (await second.user()).api.create({ title: "of the guest" });
  expect((await second.send("/sign-in/email", account("bob"))).ok).toBe(true);
  expect(await titles((await second.user()).api)).toEqual(["of the account", "of the guest"]);
});

test("nothing of a deleted user remains", async () => {
  const [page, other] = [browser(), browser()];
  await page.send("/sign-up/email", account("carol"));
  await other.send("/sign-up/email", account("dave"));
  const [carol, dave] = [await page.user(), await other.user()];
  await carol.api.create({ title: "hers" });
  await dave.api.create({ title: "his" });
  const token = await carol.fetchToken();
  expect((await page.send("/delete-user", { password: account("carol").password })).ok).toBe(true);
  // The token is valid until it expires.
  const gone = createClient({ baseUrl: service.url, userId: carol.id, fetchToken: async () => token });
  expect(await titles(gone)).toEqual([]);
  expect(await titles(dave.api)).toEqual(["his"]);
});

test("an account whose tasks cannot be deleted remains", async () => {
  const page = browser();
  await page.send("/sign-up/email", account("erin"));
  const { id } = await page.user();
  await service.stop();
  expect((await page.send("/delete-user", { password: account("erin").password })).ok).toBe(false);
  expect((await page.user()).id).toBe(id);
});
