import type { NextConfig } from "next";

export default {
  // A native package: loaded by Node, not bundled.
  serverExternalPackages: ["libsql"],
  poweredByHeader: false,
  // This folder is the application, whatever lies above it.
  turbopack: { root: import.meta.dirname },
} satisfies NextConfig;
