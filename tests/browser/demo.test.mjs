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

/** The example tasks show what is new, and what they promise is true. */
async function expectExamples(alice) {
  const { page } = alice;
  await alice.task("Pay the rent").getByText("today").waitFor();
  await alice.task("Pay the rent").getByText("home").waitFor();
  await alice.task("Call grandma").getByText("tomorrow, 6:00 PM").waitFor();
  const dialog = page.getByRole("dialog");
  for (const [keys, heading] of [["?", "Keyboard shortcuts"], ["Control+k", "Command palette"]]) {
    await page.locator("body").press(keys);
    await page.getByRole("dialog", { name: heading }).waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  }
  await alice.remove("Water the plants");
  await alice.notice("is in the trash").waitFor();
  await page.locator("body").press("u");
  await alice.task("Water the plants").waitFor();
  await alice.showCompleted();
  await alice.expectCompleted(["Find completed tasks here"]);
  await alice.view("Groceries");
  await alice.expectTasks(["Buy coffee", "Buy oranges"]);
  await alice.view("Today");
  await alice.expectTasks(["Pay the rent"]);
  await alice.view("All tasks");
  await page.getByLabel("New task").fill("Book the train tomorrow 9am #trip !high");
  await page.keyboard.press("Enter");
  await alice.task("Book the train").getByText("tomorrow, 9:00 AM").waitFor();
  await alice.task("Book the train").getByText("trip").waitFor();
  await alice.remove("Book the train");
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
  assert.match(lines[0], /takes a few seconds/);
  assert.equal(lines.filter((line) => line.includes("http")).length, 1, lines.join("\n"));
  // The address of the API is known from the requests of the page.
  const apis = new Set();
  const alice = await User.open(browser, { origin, apiUrl: "" }, "Alice", {});
  alice.page.on("request", (request) => request.url().includes("/api/") && apis.add(new URL(request.url()).origin));
  await alice.signUp();
  await expectExamples(alice);
  const titles = () =>
    alice.page
      .getByRole("list", { name: "Tasks", exact: true })
      .getByRole("checkbox")
      .evaluateAll((boxes) => boxes.map((box) => box.getAttribute("aria-label")));
  const before = await titles();
  await alice.add("Kept by the demonstration");

  program.kill("SIGINT");
  const [code] = await once(program, "exit");
  assert.deepEqual([code, lines.at(-1)], [0, "Stopped."]);
  for (const address of [origin, ...apis]) await assert.rejects(fetch(address), address);

  ({ program, lines, origin } = await demo(folder));
  const again = Object.assign(alice, { page: await alice.context.newPage() });
  await again.page.goto(`${origin}/sign-in`);
  if (again.page.url().includes("sign-in")) await again.signIn();
  await again.task("Kept by the demonstration").waitFor();
  await again.expectTasks(["Kept by the demonstration", ...before]);
  program.kill("SIGTERM");
  assert.equal((await once(program, "exit"))[0], 0);
});
