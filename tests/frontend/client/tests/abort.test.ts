import { expect, test } from "vitest";

import { sleepUntilOnline } from "../src/abort.ts";
import { browserEvents } from "./support.ts";

test("a pause ends with the event online", async () => {
  const browser = browserEvents();
  const { signal } = new AbortController();
  const sleeping = sleepUntilOnline(1_000_000, signal);
  browser.dispatchEvent(new Event("online"));
  expect(await sleeping).toBe(true);
  expect(await sleepUntilOnline(1, signal)).toBe(false);
});

test("a pause ends with its signal", async () => {
  const controller = new AbortController();
  const sleeping = sleepUntilOnline(1_000_000, controller.signal);
  controller.abort(new Error("ended"));
  await expect(sleeping).rejects.toThrow("ended");
});
