// Starts the servers of this application for the demonstration and for the tests: the API, and the built application
// with its own Better Auth. Each on this machine alone, and none outlives this process.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const FRONTEND = join(import.meta.dirname, "..");

/** How long a server may take to start, and to stop, in milliseconds. */
const START_LIMIT = 60_000;
const STOP_LIMIT = 35_000;

/** Where `cargo build` leaves the API. */
export const BUILT = join(process.env.CARGO_TARGET_DIR ?? join(FRONTEND, "../../target"), "debug/tasknook");

/**
 * The API in a folder of its own, with these settings alone.
 *
 * @param {{ program?: string, folder: string, env: Record<string, string> }} options
 */
export async function startApi({ program = process.env.TASKNOOK_BIN ?? BUILT, folder, env }) {
  const api = run(program, ["serve"], { cwd: folder, env });
  const url = await api.said((line) => line.startsWith("{") && JSON.parse(line).address);
  return { ...api, url };
}

/**
 * The application as `next build` left it, on this port.
 *
 * @param {{ port: number, env: Record<string, string> }} options
 */
export async function startApp({ port, env }) {
  const next = join(FRONTEND, "node_modules/next/dist/bin/next");
  // What is not set here at all, Next.js reads from the `.env.local` of whoever works on the application.
  const unset = { TASKNOOK_BROWSER_URL: "", TOKENS_SIGNED_WITH: "", TOKEN_LIFETIME: "" };
  const own = { ...unset, PATH: process.env.PATH ?? "", NEXT_TELEMETRY_DISABLED: "1", BETTER_AUTH_TELEMETRY: "0" };
  const app = run(process.execPath, [next, "start", "-H", "127.0.0.1", "-p", String(port)], {
    cwd: FRONTEND,
    env: { ...own, ...env },
  });
  await app.said((line) => line.includes("Ready in"));
  return app;
}

/**
 * A port that is free now, for IPv4 and for IPv6, since `localhost` may be either: this one, or any when it is taken.
 *
 * @param {number} preferred
 * @returns {Promise<number>}
 */
export async function freePort(preferred = 0) {
  const port = await listening("127.0.0.1", preferred);
  const both = port && ((await listening("::1", port)) ?? !hasIpv6());
  return both ? port : freePort();
}

/**
 * The port, when it can be listened on.
 *
 * @param {string} host
 * @param {number} port
 * @returns {Promise<number | undefined>}
 */
function listening(host, port) {
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
 * Ends a group of processes when this process ends, however that happens: a pipe to a small shell is closed then.
 *
 * @param {number} group
 * @param {Promise<void>} ended
 */
function outlivedBy(group, ended) {
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
  // In a group of its own: an interrupt at the keyboard is for whoever started this, who then stops it in good order.
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
      // It has just ended by itself.
    }
  };
  const last = () => signal("SIGKILL");
  if (child.pid) outlivedBy(child.pid, ended);

  return {
    /** What it has said so far, a line each. */
    log,
    ended,
    /** Ends it as a crash does. */
    kill: () => (last(), ended),
    /** Ends it as an operator does. */
    stop: async () => {
      signal("SIGTERM");
      const timer = setTimeout(last, STOP_LIMIT);
      await ended;
      clearTimeout(timer);
    },
    /**
     * Waits for a line, and gives what `found` makes of it.
     *
     * @template Found
     * @param {(line: string) => Found} found
     * @returns {Promise<Found>}
     */
    said: (found) =>
      new Promise((resolve, reject) => {
        const fail = (/** @type {string} */ why) => (last(), reject(new Error([`${program} ${why}`, ...log].join("\n"))));
        const timer = setTimeout(() => fail("does not start"), START_LIMIT);
        const listener = (/** @type {string} */ line) => {
          const answer = found(line);
          if (!answer) return;
          clearTimeout(timer);
          listeners.delete(listener);
          resolve(answer);
        };
        listeners.add(listener);
        log.forEach(listener);
        void ended.then(() => (clearTimeout(timer), fail("ended")));
      }),
  };
}
