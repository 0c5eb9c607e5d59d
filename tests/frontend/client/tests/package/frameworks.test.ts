// Vue, Svelte and React Native. The latter is built as for the web, where its components are those of `react-native-web`.

import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";

import { svelte } from "@sveltejs/vite-plugin-svelte";
import react from "@vitejs/plugin-react";
import vue from "@vitejs/plugin-vue";
import { expect, inject, onTestFinished, test } from "vitest";
import { build, preview, type InlineConfig } from "vite";

import { tokenFor } from "../support.ts";
import { openPage } from "./chromium.ts";
import { install } from "./support.ts";

const CONFIGS: Record<string, InlineConfig> = {
  vue: { plugins: [vue()] },
  svelte: { plugins: [svelte()] },
  expo: { plugins: [react()], resolve: { alias: { "react-native": "react-native-web" } }, build: { target: "es2022" } },
};

test.for(Object.entries(CONFIGS))("an application of %s is built and writes tasks", async ([app, config]) => {
  const root = await install(app, inject("tarball"));
  await rm(join(root, "dist"), { recursive: true, force: true });
  await build({ ...config, root, configFile: false, logLevel: "error" });
  const rewrite = (path: string) => path.replace("/backend", "");
  const proxy = { "/backend": { target: inject("url"), rewrite } };
  const server = await preview({ root, configFile: false, logLevel: "error", preview: { host: "127.0.0.1", port: 0, proxy } });
  onTestFinished(() => server.close());

  const { page } = await openPage();
  const id = randomUUID();
  const token = await tokenFor(id);
  // In place of Better Auth.
  const session = { session: { id, userId: id }, user: { id, name: "Alice", email: "alice@example.com" } };
  await page.route("**/api/auth/get-session", (route) => route.fulfill({ json: session }));
  await page.route("**/api/auth/token", (route) => route.fulfill({ json: { token } }));
  await page.route("**/session", (route) => route.fulfill({ json: { token, userId: id } }));
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(server.resolvedUrls!.local[0]!);

  const add = page.getByRole("button", { name: "Add" });
  await page.getByLabel("New task").fill("Buy milk");
  await add.click();
  const task = page.getByRole("checkbox", { name: "Buy milk" });
  const completed = page.waitForResponse((response) => response.request().method() === "PATCH");
  await task.click();
  expect((await completed).status()).toBe(200);
  await page.getByRole("checkbox", { name: "Buy milk", checked: true }).waitFor();
  await page.getByLabel("New task").fill(" ");
  await add.click();
  await page.getByRole("alert").waitFor();
  // The page shows the deletion before the service has it.
  const deleted = page.waitForResponse((response) => response.request().method() === "DELETE");
  await page.getByRole("button", { name: "Delete Buy milk" }).click();
  await task.waitFor({ state: "detached" });
  expect((await deleted).ok()).toBe(true);
  // Stored as shown.
  const response = await fetch(`${inject("url")}/api/tasks`, { headers: { Authorization: `Bearer ${token}` } });
  expect([response.status, await response.json(), errors]).toEqual([200, [], []]);
});
