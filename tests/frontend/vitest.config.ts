import { availableParallelism } from "node:os";

import { defineConfig } from "vitest/config";

/** The tests of the API that also run with the one in memory, of `tasknook-client/testing`. */
const DOUBLE = ["api", "changes", "conformance", "events", "idempotency", "versions"].map((name) => `client/tests/${name}.test.ts`);

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    // They wait most of their time, so that a small machine can run more of them at once.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    restoreMocks: true,
    unstubGlobals: true,
    // A busy machine must not fail a test.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    projects: [
      // These need no service, or start one that trusts them.
      { extends: true, test: { name: "application", include: ["lib/**/*.test.ts"] } },
      {
        extends: true,
        test: {
          name: "service",
          include: ["{client,components}/**/*.test.{ts,tsx}"],
          // Those of the package have a configuration of their own.
          exclude: ["**/node_modules", "client/apps", "client/tests/package", "client/tests/conformance.test.ts"],
          globalSetup: "client/tests/service.ts",
        },
      },
      {
        extends: true,
        test: { name: "double", include: DOUBLE, provide: { url: "http://tasknook.test" }, setupFiles: "client/tests/double.ts" },
      },
    ],
  },
});
