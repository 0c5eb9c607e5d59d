// The context of a test of the application: the real API, the real application with its own Better Auth, a real browser.

import { after } from "node:test";

import { startServers } from "./servers.mjs";
import { User } from "./user.mjs";

/** @typedef {Awaited<ReturnType<typeof startServers>>} Servers */

/** The servers that the last test has left running. @type {Servers | undefined} */
let idle;
after(() => idle?.stop());

/**
 * Servers and a browser for a test. Starting them takes seconds, so they are kept for the next test of the file, unless one has
 * settings, stops or pauses a server, or fails.
 *
 * @param {import("node:test").TestContext} t
 * @param {import("./servers.mjs").Settings} [settings]
 */
export async function startContext(t, settings) {
  const servers = (!settings && takeIdle()) || (await startServers(settings ?? {}));
  const { origin, apiUrl, authDatabase, browser } = servers;
  /** @type {User[]} */
  const users = [];
  let isReusable = !settings;
  t.after(async () => {
    if (isReusable && t.passed && browser.isConnected()) {
      idle = servers;
      for (const context of browser.contexts()) await context.close();
    } else {
      await servers.stop();
    }
    for (const user of users) user.expectNoErrors();
  });
  /** For what the next test must not find. */
  const exclusive = () => {
    isReusable = false;
    return servers;
  };

  return {
    origin,
    apiUrl,
    /** Better Auth's database. */
    authDatabase,
    /** The log lines of the API. */
    log: () => servers.api().log,
    /** A user with a browser context, signed up. */
    user: async (/** @type {string} */ name, /** @type {import("playwright-core").BrowserContextOptions} */ options = {}) => {
      const user = await User.open(browser, { origin, apiUrl }, name, options);
      users.push(user);
      await user.enter("sign-up");
      return user;
    },
    /** The same user in another browser. */
    device: async (/** @type {User} */ { name, email, password }) => {
      const user = Object.assign(await User.open(browser, { origin, apiUrl }, name, {}), { email, password });
      users.push(user);
      await user.enter("sign-in");
      return user;
    },
    /** The value of a metric of the API. */
    metric: async (/** @type {string} */ name) => {
      const lines = (await (await fetch(`${apiUrl}/metrics`)).text()).split("\n");
      return Number(lines.find((line) => line.startsWith(`${name} `))?.split(" ")[1]);
    },
    /** Stops the API, as in an upgrade. */
    stopApi: () => exclusive().api().stop(),
    /** Kills the API, as in a crash. */
    killApi: () => exclusive().api().kill(),
    /** Starts it again at the same address. */
    restartApi: () => exclusive().restartApi(),
    /** Stops the application. */
    stopApp: () => exclusive().app().stop(),
    /** Starts it again at the same address, with these settings in addition, or that of another folder. */
    restartApp: (/** @type {Record<string, string>} */ env = {}, /** @type {string | undefined} */ folder = undefined) =>
      exclusive().restartApp(env, folder),
    /** Lets the application accept connections but not respond, until `resume` is called. */
    pauseApp: () => exclusive().app().pause(),
    resumeApp: () => exclusive().app().resume(),
  };
}

function takeIdle() {
  const last = idle;
  idle = undefined;
  return last;
}
