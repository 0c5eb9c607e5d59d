// Runs the API with SQLite and this application with its own Better Auth on this machine. `make demo` builds both first.
// The data is kept in `data/demo` at the root of the repository.

import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { freePort, startApi, startApp } from "./servers.mjs";

/**
 * Exits immediately, which also ends the servers. Once both have started, the first signal stops them gracefully.
 *
 * @type {() => void}
 */
const exitNow = () => process.exit(130);
let stop = exitNow;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop());

const folder = process.env.DEMO_FOLDER ?? join(import.meta.dirname, "../../../data/demo");
mkdirSync(folder, { recursive: true, mode: 0o700 });
console.log("Starting Tasknook; this takes a few seconds.");

const [appPort, apiPort] = [await freePort(3000), await freePort(8000)];
const origin = `http://localhost:${appPort}`;

const { api, app } = await start().catch((error) => {
  console.error(`The demo failed to start: ${error.message}`);
  process.exit(1);
});
console.log(`\n  Tasknook is running at ${origin}\n\n  Sign up with any e-mail address; Ctrl+C stops it.\n`);

const stopped = new Promise((resolve) => {
  stop = () => {
    stop = exitNow;
    resolve(undefined);
  };
});
const failed = await Promise.race([stopped, api.ended.then(() => api), app.ended.then(() => app)]);
await Promise.all([app.stop(), api.stop()]);
if (failed) {
  console.error(`A server exited unexpectedly:\n${failed.log.slice(-20).join("\n")}`);
  process.exitCode = 1;
} else {
  console.log("Stopped.");
}

async function start() {
  // The application first: the API fetches its key set at start, and backs off when it fails.
  const app = await startApp({
    port: appPort,
    env: {
      AUTH_DATABASE: join(folder, "auth.db"),
      BETTER_AUTH_SECRET: secret(),
      BETTER_AUTH_URL: origin,
      EXAMPLE_TASKS: "true",
      TASKNOOK_URL: `http://localhost:${apiPort}`,
    },
  });
  // Better Auth creates its keys at the first request for them.
  const keys = await fetch(`http://127.0.0.1:${appPort}/api/auth/jwks`);
  if (!keys.ok) throw new Error(["Better Auth returned no keys", ...app.log].join("\n"));
  const api = await startApi({
    folder,
    env: {
      BETTER_AUTH_URL: origin,
      DATABASE_URL: "sqlite://tasks.db",
      TASKNOOK_CORS__ORIGINS: origin,
      TASKNOOK_SERVER__PORT: String(apiPort),
    },
  });
  return { api, app };
}

/** The secret of Better Auth, created at the first start. */
function secret() {
  const file = join(folder, "better-auth-secret");
  try {
    return readFileSync(file, "utf8");
  } catch {
    const created = randomBytes(32).toString("base64url");
    writeFileSync(file, created, { mode: 0o600 });
    return created;
  }
}
