// What a test of the application runs on: the real API, the real application with its own Better Auth, a real browser.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort, startApi, startApp } from "../frontend/scripts/servers.mjs";
import { launch } from "./browser.mjs";
import { Person } from "./person.mjs";

/**
 * Starts all of it, and ends it when the test does.
 *
 * @param {import("node:test").TestContext} t
 * @param {{ api?: Record<string, string>, app?: Record<string, string> }} settings Beside what they need.
 */
export async function world(t, settings = {}) {
  const folder = await mkdtemp(join(tmpdir(), "tasknook-browser-"));
  const [appPort, apiPort] = [await freePort(), await freePort()];
  const origin = `http://localhost:${appPort}`;
  const apiUrl = `http://localhost:${apiPort}`;
  const apiOptions = {
    folder,
    env: {
      BETTER_AUTH_URL: origin,
      DATABASE_URL: process.env.DATABASE_URL ?? "sqlite://tasks.db",
      TASKNOOK_CORS__ORIGINS: origin,
      TASKNOOK_SERVER__PORT: String(apiPort),
      ...settings.api,
    },
  };
  let api = await startApi(apiOptions);
  const app = await startApp({
    port: appPort,
    env: {
      AUTH_DATABASE: join(folder, "auth.db"),
      BETTER_AUTH_SECRET: "a-secret-of-the-browser-tests-alone",
      BETTER_AUTH_URL: origin,
      TASKNOOK_URL: apiUrl,
      ...settings.app,
    },
  });
  const browser = await launch();
  /** @type {Person[]} */
  const people = [];
  t.after(async () => {
    await browser.close();
    await Promise.all([api.stop(), app.stop()]);
    await rm(folder, { recursive: true });
    for (const person of people) person.verify();
  });

  return {
    origin,
    apiUrl,
    /** What the API has logged, a line each. */
    log: () => api.log,
    /** Somebody at a browser of their own, who has signed up. */
    person: async (/** @type {string} */ name, /** @type {import("playwright-core").BrowserContextOptions} */ options = {}) => {
      const person = await Person.open(browser, { origin, apiUrl }, name, options);
      people.push(person);
      await person.signUp();
      return person;
    },
    /** The API goes away, as in a crash. */
    apiGoes: () => api.kill(),
    /** It comes back at the same address. */
    apiComes: async () => void (api = await startApi(apiOptions)),
  };
}
