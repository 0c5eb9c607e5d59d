// All of it on this machine: the API on SQLite, and this application with its own Better Auth. `make demo` builds both
// first. What is written is kept in `data/demo` at the top of the repository, and is there again next time.

import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { freePort, startApi, startApp } from "./servers.mjs";

/**
 * Ends this at once, and the servers with it. When both have started, the first signal ends them in good order.
 *
 * @type {() => void}
 */
const atOnce = () => process.exit(130);
let stop = atOnce;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => stop());

const folder = process.env.DEMO_FOLDER ?? join(import.meta.dirname, "../../../data/demo");
mkdirSync(folder, { recursive: true, mode: 0o700 });

const [appPort, apiPort] = [await freePort(3000), await freePort(8000)];
const origin = `http://localhost:${appPort}`;

const { api, app } = await start().catch((error) => {
  console.error(`The demonstration does not start: ${error.message}`);
  process.exit(1);
});
console.log(`\n  Tasknook is at ${origin}\n\n  Sign up with any e-mail address; Ctrl+C stops it.\n`);

const asked = new Promise((resolve) => {
  stop = () => {
    stop = atOnce;
    resolve(undefined);
  };
});
const first = await Promise.race([asked, api.ended.then(() => api), app.ended.then(() => app)]);
await Promise.all([app.stop(), api.stop()]);
if (first) {
  console.error(`A server ended by itself:\n${first.log.slice(-20).join("\n")}`);
  process.exitCode = 1;
} else {
  console.log("Stopped.");
}

async function start() {
  const api = await startApi({
    folder,
    env: {
      BETTER_AUTH_URL: origin,
      DATABASE_URL: "sqlite://tasks.db",
      TASKNOOK_CORS__ORIGINS: origin,
      TASKNOOK_SERVER__PORT: String(apiPort),
    },
  });
  const app = await startApp({
    port: appPort,
    env: {
      AUTH_DATABASE: join(folder, "auth.db"),
      BETTER_AUTH_SECRET: secret(),
      BETTER_AUTH_URL: origin,
      TASKNOOK_URL: `http://localhost:${apiPort}`,
    },
  });
  // The keys are in Better Auth's database, and made when they are first asked for.
  const keys = await fetch(`http://127.0.0.1:${appPort}/api/auth/jwks`);
  if (!keys.ok) throw new Error(["Better Auth gives no keys", ...app.log].join("\n"));
  return { api, app };
}

/** The secret of this demonstration's Better Auth, made at the first start. */
function secret() {
  const file = join(folder, "better-auth-secret");
  try {
    return readFileSync(file, "utf8");
  } catch {
    const made = randomBytes(32).toString("base64url");
    writeFileSync(file, made, { mode: 0o600 });
    return made;
  }
}
