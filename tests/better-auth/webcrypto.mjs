// Node 18, which Debian 12 has, does not put Web Crypto where the packages look for it.

import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;
