import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TestProject } from "vitest/node";

import { startApi } from "../../scripts/servers.mjs";
import { QUOTA, SECRET } from "./support.ts";

declare module "vitest" {
  interface ProvidedContext {
    url: string;
  }
}

/**
 * Starts the real service for the tests: TASKNOOK_BIN or the result of `cargo build`, with DATABASE_URL or a new SQLite
 * file. With TASKNOOK_URL they use that service, perhaps behind a proxy.
 */
export default async function setup(project: TestProject) {
  if (process.env.TASKNOOK_URL) return project.provide("url", process.env.TASKNOOK_URL);
  const folder = await mkdtemp(join(tmpdir(), "tasknook-frontend-"));
  const service = await startApi({
    folder,
    env: {
      BETTER_AUTH_SECRET: SECRET,
      DATABASE_URL: process.env.DATABASE_URL ?? "sqlite://tasks.db",
      TASKNOOK_AUTH__LEEWAY_SECONDS: "0",
      TASKNOOK_LIMITS__TASKS_PER_OWNER: String(QUOTA),
      TASKNOOK_SERVER__PORT: "0",
    },
  });
  project.provide("url", service.url);
  return async () => {
    await service.stop();
    await rm(folder, { recursive: true });
  };
}
