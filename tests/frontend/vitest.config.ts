import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["lib/**/*.test.ts"],
    globalSetup: "tests/service.ts",
    restoreMocks: true,
  },
});
