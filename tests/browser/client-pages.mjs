// Bare pages with the client package, as its build has it, and the real API.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort, startApi } from "../frontend/scripts/servers.mjs";
import { launch } from "./browser.mjs";
import { pageErrors } from "./page-errors.mjs";
import { until } from "./user.mjs";

const FRONTEND = join(import.meta.dirname, "../frontend");

const SECRET = "a-secret-of-the-client-pages-alone";

const PAGE = `<!doctype html>
<link rel="icon" href="data:,">
<script type="importmap">
  {"imports": {"tasknook-client": "/client/index.js", "eventsource-parser": "/eventsource-parser/index.js"}}
</script>
<script type="module">
  import { createClient } from "tasknook-client";
  import { createClientIn } from "/client/client.js";
  import { browserTabs } from "/client/shared-events.js";

  const fetchToken = async () => (await fetch("/token" + location.search)).text();

  /** A client; with tickMs, one that notices a frozen leader as soon as that. */
  window.open = ({ tickMs, ...options }) => {
    const all = { fetchToken, ...options };
    return tickMs ? createClientIn({ ...browserTabs(), tickMs }, all) : createClient(all);
  };
  window.follow = async (api, options) => {
    window.events = [];
    try {
      for await (const event of api.events(options)) events.push(event);
    } catch (error) {
      window.ended = error.name + ": " + error.message;
    }
  };
  window.isLoaded = true;
</script>`;

/** The client package, compiled once for all tests of a file. */
const CLIENT = mkdtempSync(join(tmpdir(), "tasknook-client-"));
process.on("exit", () => rmSync(CLIENT, { recursive: true }));
execFileSync(process.execPath, [join(FRONTEND, "node_modules/typescript/bin/tsc"), "-p", join(FRONTEND, "client"), "--outDir", CLIENT], {
  stdio: "inherit",
});

/** Signs a token for a user, as the tests of the client do. */
function tokenFor(userId) {
  const issued = Math.floor(Date.now() / 1000);
  const parts = [{ alg: "HS256" }, { sub: userId, iat: issued, exp: issued + 900 }];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
}

/** Starts a server of the page, of both packages, and of tokens. */
async function startPages(port) {
  const parser = join(FRONTEND, "node_modules/eventsource-parser/dist");
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    const [, name, ...path] = pathname.split("/");
    const roots = { client: CLIENT, "eventsource-parser": parser };
    try {
      if (pathname === "/") return response.writeHead(200, { "Content-Type": "text/html" }).end(PAGE);
      if (pathname === "/token") return response.end(tokenFor(searchParams.get("user")));
      const file = await readFile(join(roots[name], ...path));
      response.writeHead(200, { "Content-Type": "text/javascript" }).end(file);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(port, "localhost", () => resolve(undefined)));
  return server;
}

/**
 * Starts the API and a browser context of one user until the test has ended.
 *
 * @param {import("node:test").TestContext} t
 * @param {() => void} [init] Runs in each page before its scripts.
 */
export async function startPagesOf(t, init) {
  const folder = await mkdtemp(join(tmpdir(), "tasknook-client-pages-"));
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const env = {
    BETTER_AUTH_SECRET: SECRET,
    DATABASE_URL: "sqlite://tasks.db",
    TASKNOOK_CORS__ORIGINS: origin,
    TASKNOOK_SERVER__PORT: "0",
  };
  const [api, server] = await Promise.all([startApi({ folder, env }), startPages(port)]);
  const browser = await launch();
  const context = await browser.newContext();
  if (init) await context.addInitScript(init);
  /** The requests to the API: the last part of the path, and the page. @type {{ to: string, page: import("playwright-core").Page }[]} */
  const requests = [];
  context.on("request", (request) => {
    const { origin, pathname } = new URL(request.url());
    if (origin === api.url) requests.push({ to: pathname.split("/").at(-1), page: request.frame().page() });
  });
  /** @type {string[]} */
  const errors = [];
  t.after(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
    await api.stop();
    await rm(folder, { recursive: true });
    assert.deepEqual(errors, []);
  });
  const userId = randomUUID();

  return {
    userId,
    context,
    requests,
    /** How many requests there were for the events or for the changes. */
    count: (to) => requests.filter((request) => request.to === to).length,
    /** The number of open streams. */
    streams: async () => {
      const lines = (await (await fetch(`${api.url}/metrics`)).text()).split("\n");
      return Number(lines.find((line) => line.startsWith("tasknook_event_streams "))?.split(" ")[1]);
    },
    /** Opens a page with a client, `api`, whose `events` are kept. */
    open: async (options = {}, user = userId) => {
      const page = await context.newPage();
      pageErrors(page, { origins: [origin, api.url], errors });
      await page.goto(`${origin}/?user=${user}`);
      await page.waitForFunction(() => window.isLoaded);
      await page.evaluate(
        (options) => {
          window.api = window.open(options);
          void window.follow(window.api);
        },
        { baseUrl: api.url, userId: user, ...options },
      );
      await until("it is ready", () => page.evaluate(() => window.events.some(({ type }) => type === "ready")));
      return page;
    },
  };
}

/** Creates a task in a page, and returns its revision. */
export const create = (page, title) => page.evaluate(async (title) => (await window.api.create({ title })).revision, title);

/** The revisions of the changes that a page has received. */
export const received = (page) =>
  page.evaluate(() => window.events.flatMap(({ type, change }) => (type === "change" ? change.revision : [])));

/** Waits until a page has received exactly these changes. */
export async function expectReceived(page, revisions) {
  await until("it has the last one", async () => (await received(page)).includes(revisions.at(-1)));
  assert.deepEqual(await received(page), revisions);
}
