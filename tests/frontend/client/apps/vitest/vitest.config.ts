import { defineConfig } from "vitest/config";

// Not that of a folder above.
export default defineConfig({});
