// `make demo`, with both parts built.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

import { launch } from "./browser.mjs";
import { User } from "./user.mjs";

const DEMO = join(import.meta.dirname, "../frontend/scripts/demo.mjs");

/** Starts it, and returns the address that it prints. */
async function demo(folder) {
  const program = spawn(process.execPath, [DEMO], { env: { ...process.env, DEMO_FOLDER: folder } });
  const lines = [];
  const address = new Promise((resolve, reject) => {
    for (const output of [program.stdout, program.stderr]) {
      createInterface(output).on("line", (line) => {
        lines.push(line);
        const found = /https?:\/\/\S+/.exec(line);
        if (found) resolve(found[0]);
      });
    }
    program.once("exit", () => reject(new Error(lines.join("\n"))));
  });
  return { program, lines, origin: await address };
}

test("the demo prints one address and keeps its data", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "tasknook-demo-"));
  const browser = await launch();
  t.after(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  let { program, lines, origin } = await demo(folder);
  t.after(() => program.kill());
  assert.equal(lines.filter((line) => line.includes("http")).length, 1, lines.join("\n"));
  // The address of the API is known from the requests of the page.
  const apis = new Set();
  const alice = await User.open(browser, { origin, apiUrl: "" }, "Alice", {});
  alice.page.on("request", (request) => request.url().includes("/api/") && apis.add(new URL(request.url()).origin));
  await alice.signUp();
  const examples = ["Pay the rent", "Water the plants"];
  for (const title of examples) await alice.page.getByText(title, { exact: true }).waitFor();
  const titles = () => alice.page.getByRole("list", { name: "Tasks" }).getByRole("listitem").count();
  const count = await titles();
  await alice.add("Kept by the demonstration");

  program.kill("SIGINT");
  const [code] = await once(program, "exit");
  assert.deepEqual([code, lines.at(-1)], [0, "Stopped."]);
  for (const address of [origin, ...apis]) await assert.rejects(fetch(address), address);

  ({ program, lines, origin } = await demo(folder));
  const again = Object.assign(alice, { page: await alice.context.newPage() });
  await again.page.goto(`${origin}/sign-in`);
  if (again.page.url().includes("sign-in")) await again.signIn();
  await again.page.getByText("Kept by the demonstration").waitFor();
  assert.equal(await titles(), count + 1);
  program.kill("SIGTERM");
  assert.equal((await once(program, "exit"))[0], 0);
});
