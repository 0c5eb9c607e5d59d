// The parts that Node 18, as in Debian 12, lacks and that the packages and these scripts use.

import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;

// Joined by commas, as dates in them are; only a comma before a name starts another cookie.
Headers.prototype.getSetCookie ??= function getSetCookie() {
  return this.get("set-cookie")?.split(/, (?=[^;,= ]+=)/) ?? [];
};
