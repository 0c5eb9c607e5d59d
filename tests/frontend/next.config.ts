import type { NextConfig } from "next";

export default {
  // A native package: loaded by Node, not bundled.
  serverExternalPackages: ["libsql"],
  poweredByHeader: false,
  // This folder, even if a parent folder has a lockfile.
  turbopack: { root: import.meta.dirname },
  // A cached service worker would outlive its build.
  headers: async () => [{ source: "/sw.js", headers: [{ key: "Cache-Control", value: "no-cache" }] }],
} satisfies NextConfig;
