import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { expect, inject, test } from "vitest";
import { build, type Rolldown } from "vite";

import { install } from "./support.ts";

/** The size of a module with its dependencies as a browser loads it: minified, compressed with gzip. */
async function bytesOf(source: string): Promise<number> {
  const root = await install("node", inject("tarball"));
  const input = join(root, "node_modules/source.js");
  await writeFile(input, source);
  const rolldownOptions = { input, preserveEntrySignatures: "strict" as const };
  const options = { write: false, modulePreload: false as const, target: "es2022", rolldownOptions };
  const { output } = (await build({ root, configFile: false, logLevel: "error", build: options })) as Rolldown.RolldownOutput;
  expect(output).toHaveLength(1);
  return gzipSync(output[0].code, { level: 9 }).length;
}

test("the client is smaller than 8 KiB", async () => {
  const bytes = await bytesOf('export * from "tasknook-client";');
  console.log(`The client has ${bytes} bytes, minified and compressed.`);
  expect(bytes).toBeLessThan(8 * 1024);
});

test("an import of one class leaves the rest out", async () => {
  const bytes = await bytesOf('export { Problem } from "tasknook-client";');
  console.log(`Problem alone has ${bytes} bytes, minified and compressed.`);
  expect(bytes).toBeLessThan(600);
});
