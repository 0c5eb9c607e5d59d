import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["lib/**/*.test.ts"],
    globalSetup: "tests/service.ts",
    restoreMocks: true,
    // A busy machine must not fail a test.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
