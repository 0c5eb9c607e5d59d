import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, inject, test } from "vitest";

import { CLIENT, run } from "./support.ts";

async function files(): Promise<string[]> {
  const listed = await run("tar", ["-tzf", inject("tarball")], { cwd: CLIENT });
  return listed.trim().split("\n").map((name) => name.replace(/^package\//, ""));
}

test("the package contains what is built, and the documents", async () => {
  const [built, others] = [[] as string[], [] as string[]];
  for (const file of await files()) (file.startsWith("dist/") ? built : others).push(file);
  expect(others.sort()).toEqual(["LICENSE-APACHE", "LICENSE-MIT", "README.md", "package.json"]);
  expect(built.filter((file) => !/^dist\/[\w/-]+\.(js|d\.ts)$/.test(file))).toEqual([]);
  expect(built.filter((file) => /test\./.test(file))).toEqual([]);
});

test("each entry point has a module and types", async () => {
  const { exports } = JSON.parse(await readFile(join(CLIENT, "package.json"), "utf8"));
  const targets = Object.values(exports).flatMap((target) => Object.values(typeof target === "string" ? [target] : (target as object)));
  expect(targets).toHaveLength(11);
  expect(await files()).toEqual(expect.arrayContaining(targets.map((target) => target.replace("./", ""))));
});

test("publint finds no problem", async () => {
  expect(await run("publint", ["run", "--strict", inject("tarball")], { cwd: CLIENT })).toContain("All good!");
});

test("types resolve with every kind of resolution", async () => {
  await run("attw", ["--profile", "esm-only", inject("tarball")], { cwd: CLIENT });
});

test("the README has the applications that are built here", async () => {
  const readme = await readFile(join(CLIENT, "README.md"), "utf8");
  const quotes = [...readme.matchAll(/^```\w+ file=(\S+)\n([^]*?)^```$/gm)];
  expect(quotes.length).toBeGreaterThanOrEqual(4);
  for (const [, file, text] of quotes) expect(text, file).toBe(await readFile(join(CLIENT, "apps", file!), "utf8"));
});
