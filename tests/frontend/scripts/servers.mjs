// Starts the servers for the demo and the tests: the API, and the built application with its own Better Auth. Both listen
// on this machine only, and end with this process.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const FRONTEND = join(import.meta.dirname, "..");

/** The time limits for the start and the stop of a server, in milliseconds. */
const START_TIMEOUT = 60_000;
const STOP_TIMEOUT = 35_000;

/** The API, as built by `cargo build`. */
export const BUILT = join(process.env.CARGO_TARGET_DIR ?? join(FRONTEND, "../../target"), "debug/tasknook");

/**
 * Starts the API in this folder, with only these settings.
 *
 * @param {{ program?: string, folder: string, env: Record<string, string> }} options
 */
export async function startApi({ program = process.env.TASKNOOK_BIN ?? BUILT, folder, env }) {
  const api = run(program, ["serve"], { cwd: folder, env: { TASKNOOK_SERVER__DRAIN_DELAY_SECONDS: "0", ...env } });
  const url = await api.waitForLine((line) => line.startsWith("{") && JSON.parse(line).address);
  return { ...api, url };
}

/**
 * Starts the application, or that of another folder, as built by `next build`, on this port.
 *
 * @param {{ folder?: string, port: number, env: Record<string, string> }} options
 */
export async function startApp({ folder = FRONTEND, port, env }) {
  const next = join(FRONTEND, "node_modules/next/dist/bin/next");
  // Next.js would read variables that are not set here from a developer's `.env.local`.
  const unset = { TASKNOOK_BROWSER_URL: "", TOKENS_SIGNED_WITH: "", TOKEN_LIFETIME: "" };
  const base = { ...unset, PATH: process.env.PATH ?? "", NEXT_TELEMETRY_DISABLED: "1", BETTER_AUTH_TELEMETRY: "0" };
  const app = run(process.execPath, [next, "start", "-H", "127.0.0.1", "-p", String(port)], {
    cwd: folder,
    env: { ...base, ...env },
  });
  await app.waitForLine((line) => line.includes("Ready in"));
  return app;
}

/**
 * A free port for both IPv4 and IPv6, since `localhost` may be either: the preferred one, or any if it is in use.
 *
 * @param {number} preferred
 * @returns {Promise<number>}
 */
export async function freePort(preferred = 0) {
  const port = await portIfFree("127.0.0.1", preferred);
  const both = port && ((await portIfFree("::1", port)) ?? !hasIpv6());
  return both ? port : freePort();
}

/**
 * The port, if it is free.
 *
 * @param {string} host
 * @param {number} port
 * @returns {Promise<number | undefined>}
 */
function portIfFree(host, port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(undefined));
    probe.listen(port, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : undefined));
    });
  });
}

function hasIpv6() {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === "::1"));
}

/**
 * Kills a process group when this process ends, even by SIGKILL: a shell waits until its pipe from this process closes.
 *
 * @param {number} group
 * @param {Promise<void>} ended
 */
function killWithParent(group, ended) {
  const shell = spawn("sh", ["-c", 'read -r _; kill -s KILL -- "-$0"', String(group)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  shell.unref();
  void ended.then(() => shell.kill("SIGKILL"));
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd: string, env: Record<string, string> }} options
 */
function run(program, args, { cwd, env }) {
  // In a separate process group, so that Ctrl+C reaches only this process, which then stops the server gracefully.
  const environment = /** @type {NodeJS.ProcessEnv} */ (/** @type {unknown} */ (env));
  const child = spawn(program, args, { cwd, env: environment, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  /** @type {string[]} */
  const log = [];
  /** @type {Set<(line: string) => void>} */
  const listeners = new Set();
  for (const output of [child.stdout, child.stderr]) {
    createInterface(output).on("line", (line) => {
      log.push(line);
      for (const listener of listeners) listener(line);
    });
  }
  /** @type {Promise<void>} */
  const ended = new Promise((resolve) => {
    child.once("error", (error) => (log.push(String(error)), resolve()));
    child.once("exit", () => resolve());
  });
  const signal = (/** @type {NodeJS.Signals} */ name) => {
    try {
      if (child.pid && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, name);
    } catch {
      // It has just exited.
    }
  };
  const forceKill = () => signal("SIGKILL");
  if (child.pid) killWithParent(child.pid, ended);

  return {
    /** The lines of its output so far. */
    log,
    ended,
    /** Kills it, as in a crash. */
    kill: () => (forceKill(), ended),
    /** Lets it accept connections but not respond, until `resume` is called. */
    pause: () => signal("SIGSTOP"),
    resume: () => signal("SIGCONT"),
    /** Stops it gracefully. */
    stop: async () => {
      signal("SIGTERM");
      const timer = setTimeout(forceKill, STOP_TIMEOUT);
      await ended;
      clearTimeout(timer);
    },
    /**
     * Waits for the first line for which `match` returns a truthy result, and returns that result.
     *
     * @template Result
     * @param {(line: string) => Result} match
     * @returns {Promise<Result>}
     */
    waitForLine: (match) =>
      new Promise((resolve, reject) => {
        const fail = (/** @type {string} */ reason) => {
          forceKill();
          reject(new Error([`${program} ${reason}`, ...log].join("\n")));
        };
        const timer = setTimeout(() => fail("did not start in time"), START_TIMEOUT);
        const listener = (/** @type {string} */ line) => {
          const result = match(line);
          if (!result) return;
          clearTimeout(timer);
          listeners.delete(listener);
          resolve(result);
        };
        listeners.add(listener);
        log.forEach(listener);
        void ended.then(() => (clearTimeout(timer), fail("exited")));
      }),
  };
}
