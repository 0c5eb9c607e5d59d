// The settings of docs/guides/better-auth.md, each with a real Better Auth of the application.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { BUILT, freePort, startApi, startApp } from "../frontend/scripts/servers.mjs";

const DEPLOY = join(import.meta.dirname, "../frontend/deploy");

/** The settings in a file, unchanged. */
async function settings(name) {
  const text = await readFile(join(DEPLOY, `${name}.env`), "utf8");
  const pairs = text.split("\n").filter((line) => line && !line.startsWith("#"));
  return Object.fromEntries(pairs.map((line) => line.split(/=(.*)/s)));
}

/** The same with these ports for the application and the API. */
async function settingsHere(name, app, api) {
  const here = (value) => value.replace(/(localhost|web):3000/, `localhost:${app}`).replace("tasknook:8000", `localhost:${api}`);
  return Object.fromEntries(Object.entries(await settings(name)).map(([name, value]) => [name, here(value)]));
}

/** The session of a new user, as a browser at this origin gets it. */
async function signUp(app, origin) {
  const response = await fetch(`${app}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: origin },
    body: JSON.stringify({ name: "Alice", email: "alice@example.com", password: "the password of Alice" }),
  });
  assert.equal(response.status, 200, await response.text());
  return { Cookie: response.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ") };
}

for (const [name, ofApp] of Object.entries({
  jwks: async () => ({}),
  secret: async () => ({ TOKENS_SIGNED_WITH: "secret", BETTER_AUTH_SECRET: "the-same-32-bytes-or-more-on-both-sides" }),
  containers: (...ports) => settingsHere("containers-web", ...ports),
})) {
  test(`${name}.env is sufficient for the API`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "tasknook-deploy-"));
    const ports = [await freePort(), await freePort()];
    const [app, apiUrl] = ports.map((port) => `http://localhost:${port}`);
    const here = { TASKNOOK_SERVER__HOST: "127.0.0.1", TASKNOOK_SERVER__PORT: String(ports[1]) };
    const env = {
      AUTH_DATABASE: join(folder, "auth.db"),
      BETTER_AUTH_SECRET: "a-secret-of-the-deployment-tests-alone",
      BETTER_AUTH_URL: app,
      TASKNOOK_URL: apiUrl,
      ...(await ofApp(...ports)),
    };
    const web = await startApp({ port: ports[0], env });
    const api = await startApi({ folder, env: { ...(await settingsHere(name, ...ports)), ...here } });
    t.after(async () => {
      await Promise.all([api.stop(), web.stop()]);
      await rm(folder, { recursive: true });
    });

    const origin = env.BETTER_AUTH_URL;
    const session = await signUp(app, origin);
    const { token } = await (await fetch(`${app}/api/auth/token`, { headers: session })).json();
    const headers = { Authorization: `Bearer ${token}`, Origin: origin };
    const response = await fetch(`${apiUrl}/api/tasks`, { headers });
    assert.equal(response.status, 200, await response.text());
    assert.equal(response.headers.get("Access-Control-Allow-Origin"), origin);

    const exported = await fetch(`${app}/tasks/export`, { headers: session });
    assert.deepEqual([exported.status, await exported.json()], [200, []], "the server reaches the API");
    const page = await (await fetch(`${app}/tasks`, { headers: session })).text();
    assert.ok(page.includes(env.TASKNOOK_BROWSER_URL ?? apiUrl), "the page contains the address of the API");
  });
}

test("the settings are valid, and plain http must be allowed", async () => {
  const check = (env) => spawnSync(process.env.TASKNOOK_BIN ?? BUILT, ["check-config"], { env, encoding: "utf8" });
  for (const name of ["jwks", "secret", "containers"]) {
    const { status, stderr } = check(await settings(name));
    assert.equal(status, 0, `${name}: ${stderr}`);
  }
  const { TASKNOOK_AUTH__JWKS_ALLOW_HTTP, ...forbidden } = await settings("containers");
  assert.equal(TASKNOOK_AUTH__JWKS_ALLOW_HTTP, "true");
  const { status, stderr } = check(forbidden);
  assert.equal(status, 2);
  assert.match(stderr, /auth.jwks_url: .*unless http is allowed/);
});
