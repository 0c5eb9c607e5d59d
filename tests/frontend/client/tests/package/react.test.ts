import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";

import { expect, inject, onTestFinished, test } from "vitest";
import { preview } from "vite";

import { tokenFor } from "../support.ts";
import { openPage } from "./chromium.ts";
import { install, run } from "./support.ts";

test("an application with the hooks is built and writes tasks", async () => {
  const root = await install("vite-react", inject("tarball"));
  await rm(join(root, "dist"), { recursive: true, force: true });
  await run("tsc", ["-p", "."], { cwd: root });
  await run("vite", ["build"], { cwd: root });

  const rewrite = (path: string) => path.replace("/backend", "");
  const server = await preview({
    root,
    configFile: false,
    logLevel: "error",
    preview: { host: "127.0.0.1", port: 0, proxy: { "/backend": { target: inject("url"), rewrite } } },
  });
  onTestFinished(() => server.close());

  const { page } = await openPage();
  const id = randomUUID();
  // In place of Better Auth.
  const session = { session: { id, userId: id }, user: { id, name: "Alice", email: "alice@example.com" } };
  await page.route("**/api/auth/get-session", (route) => route.fulfill({ json: session }));
  await page.route("**/api/auth/token", async (route) => route.fulfill({ json: { token: await tokenFor(id) } }));
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(server.resolvedUrls!.local[0]!);
  const tasks = page.getByRole("listitem");
  await page.getByLabel("New task").fill("Buy milk");
  await page.getByRole("button", { name: "Add" }).click();
  const completed = page.waitForResponse((response) => response.request().method() === "PATCH");
  await page.getByRole("checkbox", { name: "Buy milk" }).check();
  expect((await completed).status()).toBe(200);
  await page.getByLabel("New task").fill(" ");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByRole("alert").waitFor();
  await expect.poll(() => tasks.allInnerTexts()).toHaveLength(1);
  // All of it is stored, and nothing else.
  await page.reload();
  await page.getByRole("checkbox", { name: "Buy milk", checked: true }).waitFor();
  expect(await tasks.count()).toBe(1);
  expect(errors).toEqual([]);
});
