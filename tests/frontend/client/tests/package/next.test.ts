import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, inject, test } from "vitest";

import { freePort, startApi, startApp } from "../../../scripts/servers.mjs";
import { openPage } from "./chromium.ts";
import { install, run } from "./support.ts";

let data: string;
let origin: string;
let alice: Browser;
let bob: Browser;
let carol: Browser;
const servers: { stop: () => Promise<void> }[] = [];

beforeAll(async () => {
  const folder = await install("next", inject("tarball"));
  await rm(join(folder, ".next"), { recursive: true, force: true });
  const build = { BETTER_AUTH_URL: "http://localhost:3000", BETTER_AUTH_SECRET: "nothing-is-signed-while-it-is-built" };
  await run("next", ["build"], { cwd: folder, env: { ...build, NEXT_TELEMETRY_DISABLED: "1" } });

  data = await mkdtemp(join(tmpdir(), "tasknook-next-"));
  const [port, apiPort] = [await freePort(), await freePort()];
  origin = `http://localhost:${port}`;
  const env = {
    AUTH_DATABASE: join(data, "auth.db"),
    BETTER_AUTH_SECRET: "a-secret-for-the-cookies-of-these-tests",
    BETTER_AUTH_URL: origin,
    TASKNOOK_URL: `http://127.0.0.1:${apiPort}`,
  };
  servers.push(await startApp({ folder, port, env }));
  // The first request creates the key pair, which the service fetches when it starts.
  expect((await fetch(`http://127.0.0.1:${port}/api/auth/jwks`)).status).toBe(200);
  const settings = { BETTER_AUTH_URL: origin, DATABASE_URL: "sqlite://tasks.db", TASKNOOK_SERVER__PORT: String(apiPort) };
  servers.push(await startApi({ folder: data, env: settings }));
  // Better Auth limits sign-ups to three in ten seconds.
  [alice, bob, carol] = [await signUp("alice"), await signUp("bob"), await signUp("carol")];
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await rm(data, { recursive: true, force: true });
});

/** Signs a new user up and returns `fetch` with the cookies of the session. */
async function signUp(name: string) {
  const body = JSON.stringify({ name, email: `${name}@example.com`, password: "correct horse battery" });
  const headers = { "Content-Type": "application/json", Origin: origin };
  const response = await fetch(`${origin}/api/auth/sign-up/email`, { method: "POST", headers, body });
  expect(response.status).toBe(200);
  const cookies = response.headers.getSetCookie().map((line) => line.split(";")[0]!);
  const send = (path: string, init: RequestInit = {}) => fetch(origin + path, { ...init, headers: { Origin: origin, Cookie: cookies.join("; ") } });
  return Object.assign(send, { cookies });
}

type Browser = Awaited<ReturnType<typeof signUp>>;

/** Submits the form of the page as a browser without scripts, and returns the page that follows. */
async function submit(browser: Browser, title: string): Promise<string> {
  const page = await (await browser("/")).text();
  const form = new FormData();
  form.set(page.match(/name="(\$ACTION_ID_\w+)"/)![1]!, "");
  form.set("title", title);
  const response = await browser("/", { method: "POST", body: form });
  expect(response.status).toBe(200);
  return response.text();
}

test("a server component and an action use the session", async () => {
  const page = await submit(alice, "Buy milk");
  expect(page).toContain("Buy milk</li>");
  expect(page).toMatch(/Add for .*alice/);
  expect(await (await alice("/")).text()).toContain("Buy milk</li>");
  expect(await (await bob("/")).text()).not.toContain("Buy milk");
});

test("the page is prerendered up to the session", async () => {
  const page = await (await fetch(origin)).text();
  expect(page).toContain("Loading…");
  expect(page).toContain("You are not signed in.");
  expect(page).not.toContain("Add for");
});

test("a route handler returns the tasks of the session", async () => {
  await submit(bob, "Read a book");
  const response = await bob("/tasks");
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject([{ title: "Read a book", completed: false }]);
  const anonymous = await fetch(`${origin}/tasks`);
  expect([anonymous.status, await anonymous.json()]).toEqual([401, { detail: "You are not signed in." }]);
});

test("only the browser refreshes the session", async () => {
  const expiry = async () => (await (await alice("/api/auth/get-session?disableRefresh=true")).json()).session.expiresAt;
  const before = await expiry();
  await submit(alice, "Water the plants");
  await alice("/tasks");
  expect(await expiry()).toBe(before);
  expect((await alice("/api/auth/token")).status).toBe(200);
  expect(await expiry()).not.toBe(before);
});

test("the page to paste writes tasks in a browser", async () => {
  const { context, page } = await openPage();
  const pair = (cookie: string) => ({ name: cookie.split("=")[0]!, value: decodeURIComponent(cookie.slice(cookie.indexOf("=") + 1)), url: origin });
  await context.addCookies(carol.cookies.map(pair));
  await page.goto(`${origin}/my-tasks`);
  await page.getByLabel("New task").fill("Buy milk");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("checkbox", { name: "Buy milk" }).check();
  await expect.poll(async () => (await carol("/tasks")).json()).toMatchObject([{ title: "Buy milk", completed: true }]);
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("alert").filter({ hasText: "title" }).waitFor();
  await page.getByRole("button", { name: "Delete Buy milk" }).click();
  await expect.poll(async () => (await carol("/tasks")).json()).toEqual([]);
  expect(await page.getByRole("listitem").count()).toBe(0);
});
