// Debian's Chromium, headless and without background requests.

import { chromium } from "playwright-core";

/** Starts a browser: $CHROMIUM, or `/usr/bin/chromium`. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
