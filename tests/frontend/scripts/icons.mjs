// Renders the icons of the manifest from `app/icon.svg`, which is the only one to edit: node scripts/icons.mjs

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { chromium } from "playwright-core";

const FRONTEND = join(import.meta.dirname, "..");
const rounded = await readFile(join(FRONTEND, "app/icon.svg"), "utf8");
// Without corners: the system cuts out its own shape.
const full = rounded.replace(' rx="9"', "");

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const page = await browser.newPage();
for (const [path, svg, size] of /** @type {const} */ ([
  ["public/icon-192.png", rounded, 192],
  ["public/icon-512.png", rounded, 512],
  ["public/icon-maskable-512.png", full, 512],
  ["app/apple-icon.png", full, 180],
])) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>body { margin: 0 } svg { display: block }</style>${svg}`);
  await page.screenshot({ path: join(FRONTEND, path), omitBackground: true });
}
await browser.close();
