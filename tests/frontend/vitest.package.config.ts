import { defineConfig } from "vitest/config";

// The tests of the npm package: of its tarball, and of applications that are built from it.
export default defineConfig({
  test: {
    include: ["client/tests/package/*.test.ts"],
    globalSetup: ["client/tests/service.ts", "client/tests/package/pack.ts"],
    // Builds use all cores.
    fileParallelism: false,
    testTimeout: 480_000,
    hookTimeout: 480_000,
  },
});
