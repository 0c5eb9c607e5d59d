// The application without a network: its service worker, its last page, and the pages in place of one.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import axe from "axe-core";

import { startContext } from "./context.mjs";
import { expectSynced } from "./offline-network.mjs";
import { dayFromToday, User, until } from "./user.mjs";

/** The application's own library for its database. */
const Database = createRequire(new URL("../frontend/package.json", import.meta.url))("libsql");

const WITH_WORKER = /** @type {const} */ ({ serviceWorkers: "allow" });

/** Alice, whose page is stored. */
async function aliceWithPage({ user }) {
  const alice = await user("Alice", WITH_WORKER);
  await stored(alice.page);
  return alice;
}

/** The names of the entries of a cache. */
function entries(page, cache) {
  return page.evaluate(async (cache) => {
    if (!(await caches.has(cache))) return [];
    const requests = await (await caches.open(cache)).keys();
    return requests.map(({ url }) => new URL(url).pathname);
  }, cache);
}

/** Waits until the page is stored. */
function stored(page) {
  return until("the page is stored", async () => (await entries(page, "page")).length === 1);
}

const reload = ({ page }) => page.reload({ waitUntil: "domcontentloaded" });
const noConnection = ({ page }) => page.getByRole("heading", { name: "No connection" }).waitFor();

test("the page opens without a network after the first visit", async (t) => {
  const context = await startContext(t);
  const alice = await aliceWithPage(context);
  await alice.context.setOffline(true);
  await reload(alice);
  await alice.ready();

  // The same for another view, in a new tab, with a network but without the application.
  await alice.context.setOffline(false);
  await context.stopApp();
  const tab = await alice.context.newPage();
  await tab.goto("/tasks?view=today");
  await tab.getByText("Alice", { exact: true }).first().waitFor();
  await tab.close();

  await context.restartApp();
  await reload(alice);
  await alice.ready();
});

test("a page without a network has all tasks, and changes arrive later", async (t) => {
  const context = await startContext(t);
  const alice = await aliceWithPage(context);
  await alice.add("Alpha");
  await alice.add("Beta");
  await alice.edit("Alpha", { due: dayFromToday(0) });
  await alice.context.setOffline(true);
  await alice.page.goto("/tasks?view=today", { waitUntil: "domcontentloaded" });
  await alice.ready();
  await alice.expectTasks(["Alpha"]);
  await alice.checkbox("Alpha").click();
  await alice.expectTasks([]);
  await alice.page.goto("/tasks", { waitUntil: "domcontentloaded" });
  await alice.ready();
  await alice.expectTasks(["Beta"]);
  await alice.type("Gamma");
  // Stored before they are sent.
  await reload(alice);
  await alice.ready();
  await alice.expectTasks(["Gamma", "Beta"]);
  await alice.context.setOffline(false);
  await expectSynced([alice], { open: ["Gamma", "Beta"], completed: ["Alpha"] });
});

test("a slow response is replaced by the last page", async (t) => {
  const context = await startContext(t);
  const alice = await aliceWithPage(context);
  context.pauseApp();
  await reload(alice);
  await alice.ready();
  context.resumeApp();
});

test("only the page and files of the build are stored", async (t) => {
  const { user, origin } = await startContext(t);
  const alice = await user("Alice", WITH_WORKER);
  await alice.add("Buy milk");
  await alice.page.goto("/tasks?status=pending");
  await alice.expectTasks(["Buy milk"]);
  await stored(alice.page);
  assert.deepEqual(await entries(alice.page, "page"), ["/tasks"]);
  const others = (await entries(alice.page, "files")).filter((path) => !path.startsWith("/_next/static/"));
  assert.deepEqual(others.sort(), ["/apple-icon.png", "/favicon.ico", "/icon.svg", "/offline.html"]);

  // Without a network, a request of the router is not answered with a page.
  await alice.context.setOffline(true);
  const fetched = await alice.page.evaluate(async () => {
    const fails = (path, init) => fetch(path, init).then(({ status }) => status, () => "failed");
    return Promise.all([fails("/tasks?_rsc=1", { headers: { RSC: "1" } }), fails("/tasks"), fails("/api/auth/get-session")]);
  });
  assert.deepEqual(fetched, ["failed", "failed", "failed"]);
  const response = await fetch(`${origin}/sw.js`);
  assert.equal(response.headers.get("Cache-Control"), "no-cache");
});

test("signing out in one tab deletes the page", async (t) => {
  const context = await startContext(t);
  const alice = await aliceWithPage(context);
  const second = await alice.tab();
  await second.signOut();
  await alice.page.getByRole("button", { name: "Sign in" }).waitFor();
  await until("the page is deleted", async () => (await entries(alice.page, "page")).length === 0);

  await alice.context.setOffline(true);
  for (const tab of [alice, second]) {
    await tab.page.goto("/tasks");
    await noConnection(tab);
    assert.doesNotMatch(await tab.page.content(), /Alice|example\.com/);
  }
  // The page loads itself again.
  await alice.context.setOffline(false);
  await alice.page.getByRole("button", { name: "Sign in" }).waitFor();
});

test("a page requested before sign-out is not stored after it", async (t) => {
  const context = await startContext(t);
  const alice = await aliceWithPage(context);
  // As the service worker does with a response that arrives late.
  const found = await alice.page.evaluate(async () => {
    const cache = await caches.open("page");
    await caches.delete("page");
    await cache.put("/tasks", new Response("A page of Alice"));
    return Boolean(await caches.match("/tasks"));
  });
  assert.equal(found, false);
});

test("the end of the session deletes the page", async (t) => {
  const context = await startContext(t);
  const alice = await aliceWithPage(context);
  await alice.context.clearCookies();
  await alice.page.goto("/tasks");
  await alice.page.getByRole("button", { name: "Sign in" }).waitFor();
  await until("the page is deleted", async () => (await entries(alice.page, "page")).length === 0);
});

test("the next account never sees the page of the last one", async (t) => {
  const context = await startContext(t);
  const alice = await aliceWithPage(context);
  // Her session ends unnoticed: her page is still stored.
  await alice.context.clearCookies();
  const bob = new User(alice.context, alice.page, alice.addresses, "Bob");
  await bob.page.goto("/sign-up");
  assert.equal((await entries(bob.page, "page")).length, 1);
  await bob.signUp();
  await stored(bob.page);

  await bob.context.setOffline(true);
  await reload(bob);
  await bob.ready();
  assert.doesNotMatch(await bob.page.content(), /Alice|alice-/);
});

test("an open tab has the files of its build until it is closed", async (t) => {
  const context = await startContext(t);
  const alice = await aliceWithPage(context);
  const ofLastBuild = "/_next/static/chunks/of-the-last-build.js";
  const load = (user) => user.page.evaluate(async (path) => (await fetch(path)).status, ofLastBuild);
  // As if the stored files were those of another build: one that the page needs is missing, and one is not needed.
  await alice.page.evaluate(async (path) => {
    const files = await caches.open("files");
    const page = await (await caches.match("/tasks", { cacheName: "page", ignoreVary: true })).text();
    const needed = (await files.keys()).find(({ url }) => url.includes("/chunks/") && page.includes(new URL(url).pathname));
    await files.delete(needed);
    await files.put(path, new Response("// A file"));
  }, ofLastBuild);
  const second = await alice.tab();
  await until("the file is retired", async () => (await entries(alice.page, "old-files")).includes(ofLastBuild));
  assert.deepEqual([await load(alice), await load(second)], [200, 200]);
  assert.ok(!(await entries(alice.page, "files")).includes(ofLastBuild));

  await second.page.close();
  await reload(alice);
  await alice.ready();
  await until("the file is deleted", async () => (await entries(alice.page, "old-files")).length === 0);
  assert.equal(await load(alice), 404);
});

test("the application is installable", async (t) => {
  const { user } = await startContext(t);
  const { page, context } = await user("Alice", WITH_WORKER);
  const session = await context.newCDPSession(page);
  const { url, errors } = await session.send("Page.getAppManifest");
  assert.deepEqual([new URL(url).pathname, errors], ["/manifest.webmanifest", []]);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // The contexts of the tests are private windows, in which nothing is installed.
  assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== "in-incognito"), []);
  assert.equal(await page.locator('link[rel="apple-touch-icon"]').count(), 1);
});

test("pages in place of others are accessible", async (t) => {
  const { user, authDatabase } = await startContext(t);
  const alice = await user("Alice");
  const { page } = alice;
  const shows = async (title) => {
    await page.getByRole("heading", { name: title }).waitFor();
    await page.addScriptTag({ content: axe.source });
    const violations = await page.evaluate(async () => (await globalThis.axe.run()).violations.map(({ id }) => id));
    assert.deepEqual(violations, [], title);
  };
  await page.goto("/offline.html");
  await shows("No connection");
  assert.equal((await page.goto("/unknown")).status(), 404);
  await shows("Page not found");
  await page.getByRole("link", { name: "Go to your tasks" }).click();
  await alice.ready();

  const database = new Database(authDatabase);
  t.after(() => database.close());
  database.exec("ALTER TABLE session RENAME TO missing");
  assert.equal((await page.goto("/tasks")).status(), 500);
  await shows("Something went wrong");
  database.exec("ALTER TABLE missing RENAME TO session");
  await page.getByRole("button", { name: "Try again" }).click();
  await alice.ready();
  alice.errors.splice(0); // React reports the error of the page.
});
