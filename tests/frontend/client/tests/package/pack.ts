import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TestProject } from "vitest/node";

import { CLIENT, run } from "./support.ts";

declare module "vitest" {
  interface ProvidedContext {
    tarball: string;
  }
}

/** Packs the package once for all tests, as `npm publish` does. */
export default async function setup(project: TestProject) {
  const folder = await mkdtemp(join(tmpdir(), "tasknook-package-"));
  const output = await run("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: CLIENT });
  project.provide("tarball", join(folder, output.trim().split("\n").at(-1)!));
  return () => rm(folder, { recursive: true });
}
