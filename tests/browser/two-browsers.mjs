// One user in two browsers, each with a stream of events.

import assert from "node:assert/strict";

import { startContext } from "./context.mjs";
import { until } from "./user.mjs";

/** The metric of open streams. */
export const STREAMS = "tasknook_event_streams";

/** Two browsers of Alice. The second one is marked, so that a reload would be noticed. */
export async function twoBrowsers(t, settings) {
  const context = await startContext(t, settings);
  const streams = (count) => until(`${count} streams`, async () => (await context.metric(STREAMS)) === count);
  // Those of an earlier test have ended.
  await streams(0);
  const alice = await context.user("Alice");
  const other = await context.device(alice);
  await streams(2);
  await other.page.evaluate(() => void (window.marked = true));
  const expectNoReload = async () => assert.equal(await other.page.evaluate(() => window.marked), true);
  return { ...context, alice, other, streams, expectNoReload };
}

/** As if the tab were in the background, or in front again. */
export function setHidden({ page }, hidden) {
  return page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (hidden ? "hidden" : "visible") });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);
}
