import { chromium } from "playwright-core";
import { onTestFinished } from "vitest";

/** Opens a page of a headless browser until the test has finished: $CHROMIUM, or `/usr/bin/chromium`. */
export async function openPage() {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
  onTestFinished(() => browser.close());
  const context = await browser.newContext();
  return { context, page: await context.newPage() };
}
