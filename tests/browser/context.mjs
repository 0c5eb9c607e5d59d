// The context of a test of the application: the real API, the real application with its own Better Auth, a real browser.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort, startApi, startApp } from "../frontend/scripts/servers.mjs";
import { launch } from "./browser.mjs";
import { User } from "./user.mjs";

/**
 * Starts all of it, and stops it after the test.
 *
 * @param {import("node:test").TestContext} t
 * @param {{ api?: Record<string, string>, app?: Record<string, string> }} settings In addition to the required ones.
 */
export async function startContext(t, settings = {}) {
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
  // The application first: the API fetches its key set at start, and backs off when it fails.
  const appOptions = {
    port: appPort,
    env: {
      AUTH_DATABASE: join(folder, "auth.db"),
      BETTER_AUTH_SECRET: "a-secret-of-the-browser-tests-alone",
      BETTER_AUTH_URL: origin,
      TASKNOOK_URL: apiUrl,
      ...settings.app,
    },
  };
  /** @type {User[]} */
  const users = [];
  // What has started is stopped also if the next one does not start.
  /** @type {(() => unknown)[]} */
  const started = [() => rm(folder, { recursive: true })];
  t.after(async () => {
    for (const stop of started.reverse()) await stop();
    for (const user of users) user.expectNoErrors();
  });
  let app = await startApp(appOptions);
  started.push(() => app.stop());
  let api = await startApi(apiOptions);
  started.push(() => api.stop());
  const browser = await launch();
  started.push(() => browser.close());

  return {
    origin,
    apiUrl,
    /** Better Auth's database. */
    authDatabase: appOptions.env.AUTH_DATABASE,
    /** The log lines of the API. */
    log: () => api.log,
    /** A user with a browser context, signed up. */
    user: async (/** @type {string} */ name, /** @type {import("playwright-core").BrowserContextOptions} */ options = {}) => {
      const user = await User.open(browser, { origin, apiUrl }, name, options);
      users.push(user);
      await user.signUp();
      return user;
    },
    /** The same user in another browser. */
    device: async (/** @type {User} */ { name, email, password }) => {
      const user = Object.assign(await User.open(browser, { origin, apiUrl }, name, {}), { email, password });
      users.push(user);
      await user.page.goto("/sign-in");
      await user.signIn();
      return user;
    },
    /** The value of a metric of the API. */
    metric: async (/** @type {string} */ name) => {
      const lines = (await (await fetch(`${apiUrl}/metrics`)).text()).split("\n");
      return Number(lines.find((line) => line.startsWith(`${name} `))?.split(" ")[1]);
    },
    /** Stops the API, as in an upgrade. */
    stopApi: () => api.stop(),
    /** Kills the API, as in a crash. */
    killApi: () => api.kill(),
    /** Starts it again at the same address. */
    restartApi: async () => void (api = await startApi(apiOptions)),
    /** Stops the application. */
    stopApp: () => app.stop(),
    /** Starts it again at the same address, with these settings in addition, or that of another folder. */
    restartApp: async (/** @type {Record<string, string>} */ env = {}, /** @type {string | undefined} */ folder = undefined) =>
      void (app = await startApp({ ...appOptions, folder, env: { ...appOptions.env, ...env } })),
    /** Lets the application accept connections but not respond, until `resume` is called. */
    pauseApp: () => app.pause(),
    resumeApp: () => app.resume(),
  };
}
