import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ["{client,lib}/**/*.test.ts"],
    // Those of the package have a configuration of their own.
    exclude: ["**/node_modules", "client/apps", "client/tests/package"],
    globalSetup: "client/tests/service.ts",
    restoreMocks: true,
    // A busy machine must not fail a test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
