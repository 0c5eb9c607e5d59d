// The settings that docs/FRONTEND.md gives for the API, each beside a real Better Auth of the application.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { freePort, startApi, startApp } from "../frontend/scripts/servers.mjs";

const DEPLOY = join(import.meta.dirname, "../frontend/deploy");

/** The settings in a file, at the addresses of this test: what they call `web` and `localhost:3000` is this port. */
async function settings(name, port) {
  const text = await readFile(join(DEPLOY, `${name}.env`), "utf8");
  const pairs = text.split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split(/=(.*)/s));
  const here = (value) => value.replace("localhost:3000", `localhost:${port}`).replace("web:3000", `localhost:${port}`);
  return Object.fromEntries(pairs.map(([name, value]) => [name, here(value)]));
}

/** A token of somebody who signed up, as a browser at this origin gets it. */
async function token(port, origin) {
  const app = `http://localhost:${port}/api/auth`;
  const person = { name: "Alice", email: "alice@example.com", password: "the password of Alice" };
  const signUp = await fetch(`${app}/sign-up/email`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Origin: origin },
    body: JSON.stringify(person),
  });
  assert.equal(signUp.status, 200, await signUp.text());
  const cookie = signUp.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
  const answer = await fetch(`${app}/token`, { headers: { Cookie: cookie } });
  return (await answer.json()).token;
}

for (const [name, app] of Object.entries({
  jwks: {},
  secret: { TOKENS_SIGNED_WITH: "secret", BETTER_AUTH_SECRET: "the-same-32-bytes-or-more-on-both-sides" },
  containers: { BETTER_AUTH_URL: "https://app.example.com" },
})) {
  test(`${name}.env is what the API needs`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "tasknook-deploy-"));
    const port = await freePort();
    const origin = app.BETTER_AUTH_URL ?? `http://localhost:${port}`;
    const api = await startApi({
      folder,
      env: { ...(await settings(name, port)), TASKNOOK_SERVER__HOST: "127.0.0.1", TASKNOOK_SERVER__PORT: "0" },
    });
    const secret = "a-secret-of-the-deployment-tests-alone";
    const web = await startApp({
      port,
      env: {
        AUTH_DATABASE: join(folder, "auth.db"),
        BETTER_AUTH_SECRET: secret,
        BETTER_AUTH_URL: origin,
        TASKNOOK_URL: api.url,
        ...app,
      },
    });
    t.after(async () => {
      await Promise.all([api.stop(), web.stop()]);
      await rm(folder, { recursive: true });
    });
    const headers = { Authorization: `Bearer ${await token(port, origin)}`, Origin: origin };
    const answer = await fetch(`${api.url}/api/tasks`, { headers });
    assert.equal(answer.status, 200, await answer.text());
    assert.equal(answer.headers.get("Access-Control-Allow-Origin"), origin);
  });
}
