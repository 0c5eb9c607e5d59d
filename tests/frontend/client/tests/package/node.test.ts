import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";

import { expect, inject, test } from "vitest";

import { tokenFor } from "../support.ts";
import { install, run } from "./support.ts";

test("the core runs in Node, with types of nodenext", async () => {
  const folder = await install("node", inject("tarball"));
  await rm(join(folder, "dist"), { recursive: true, force: true });
  await run("tsc", ["-p", "."], { cwd: folder });
  const user = randomUUID();
  const start = (env: Record<string, string>) =>
    run("sh", ["-c", "node dist/main.js; echo status $?"], { cwd: folder, env: { TASKNOOK_USER: user, ...env } });
  const token = await tokenFor(user);
  expect(await start({ TASKNOOK_URL: inject("url"), TASKNOOK_TOKEN: token })).toBe(
    ["[x] Buy milk", "[ ] Read a book", "1 task left", "validation: must not be empty", "status 1", ""].join("\n"),
  );
  const unreachable = { TASKNOOK_URL: "http://127.0.0.1:1", TASKNOOK_TOKEN: token };
  expect(await start(unreachable)).toBe("The API cannot be reached.\nstatus 1\n");
});
