import { join } from "node:path";

import type { NextConfig } from "next";

export default {
  cacheComponents: true,
  partialPrefetching: true,
  // A native package: loaded by Node, not bundled.
  serverExternalPackages: ["libsql"],
  // The folder whose packages this application uses. A copy of it has its own, and omits this.
  turbopack: { root: join(import.meta.dirname, "../../..") },
} satisfies NextConfig;
