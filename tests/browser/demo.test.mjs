// `make demo`, once both parts are built.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { launch } from "./browser.mjs";
import { Person } from "./person.mjs";

const DEMO = join(import.meta.dirname, "../frontend/scripts/demo.mjs");

/** Starts it, and gives the address that it prints. */
async function demo(folder) {
  const program = spawn(process.execPath, [DEMO], { env: { ...process.env, DEMO_FOLDER: folder } });
  const said = [];
  const address = new Promise((resolve, reject) => {
    for (const output of [program.stdout, program.stderr]) {
      createInterface(output).on("line", (line) => {
        said.push(line);
        const found = /https?:\/\/\S+/.exec(line);
        if (found) resolve(found[0]);
      });
    }
    program.once("exit", () => reject(new Error(said.join("\n"))));
  });
  return { program, said, origin: await address };
}

test("prints one address where one can sign up and add a task, stops cleanly, and keeps what was written", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "tasknook-demo-"));
  const browser = await launch();
  t.after(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  let { program, said, origin } = await demo(folder);
  t.after(() => program.kill());
  assert.equal(said.filter((line) => line.includes("http")).length, 1, said.join("\n"));
  // The API's own address is known from what the page asks.
  const apis = new Set();
  const alice = await Person.open(browser, { origin, apiUrl: "" }, "Alice", {});
  alice.page.on("request", (request) => request.url().includes("/api/") && apis.add(new URL(request.url()).origin));
  await alice.signUp();
  await alice.add("Kept by the demonstration");

  program.kill("SIGINT");
  const [code] = await once(program, "exit");
  assert.deepEqual([code, said.at(-1)], [0, "Stopped."]);
  for (const address of [origin, ...apis]) await assert.rejects(fetch(address), address);

  ({ program, said, origin } = await demo(folder));
  const again = Object.assign(alice, { page: await alice.context.newPage() });
  await again.page.goto(`${origin}/sign-in`);
  if (again.page.url().includes("sign-in")) await again.signIn();
  await again.sees(["Kept by the demonstration"]);
  program.kill("SIGTERM");
  assert.equal((await once(program, "exit"))[0], 0);
});
