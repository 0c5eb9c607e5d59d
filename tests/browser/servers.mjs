// The servers of a test of the application, and its browser.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { freePort, startApi, startApp } from "../frontend/scripts/servers.mjs";
import { launch } from "./browser.mjs";

/** @typedef {{ api?: Record<string, string>, app?: Record<string, string> }} Settings In addition to the required ones. */

/**
 * Starts the API, the application and a browser.
 *
 * @param {Settings} settings
 */
export async function startServers(settings) {
  const folder = await mkdtemp(join(tmpdir(), "tasknook-browser-"));
  const [appPort, apiPort] = [await freePort(), await freePort()];
  const origin = `http://localhost:${appPort}`;
  const apiUrl = `http://localhost:${apiPort}`;
  const authDatabase = join(folder, "auth.db");
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
  const appOptions = {
    port: appPort,
    env: {
      AUTH_DATABASE: authDatabase,
      BETTER_AUTH_SECRET: "a-secret-of-the-browser-tests-alone",
      BETTER_AUTH_URL: origin,
      TASKNOOK_URL: apiUrl,
      ...settings.app,
    },
  };
  // What has started is stopped also if the next one does not start.
  /** @type {(() => unknown)[]} */
  const started = [() => rm(folder, { recursive: true })];
  const stop = async () => {
    for (const stopOne of started.reverse()) await stopOne();
  };
  try {
    // The application first: the API fetches its key set at start, and backs off when it fails.
    let app = await startApp(appOptions);
    started.push(() => app.stop());
    let api = await startApi(apiOptions);
    started.push(() => api.stop());
    const browser = await launch();
    started.push(() => browser.close());
    return {
      origin,
      apiUrl,
      authDatabase,
      browser,
      app: () => app,
      api: () => api,
      /** Starts the API again at the same address. */
      restartApi: async () => void (api = await startApi(apiOptions)),
      /** Starts the application again at the same address, with these settings in addition, or that of another folder. */
      restartApp: async (/** @type {Record<string, string>} */ env = {}, /** @type {string | undefined} */ folder = undefined) =>
        void (app = await startApp({ ...appOptions, folder, env: { ...appOptions.env, ...env } })),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
