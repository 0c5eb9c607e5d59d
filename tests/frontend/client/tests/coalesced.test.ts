import { expect, test, vi } from "vitest";

import { coalesced } from "../src/react/coalesced.ts";

test("calls in a burst cause one run, and calls during it one more", async () => {
  vi.useFakeTimers();
  const finish: (() => void)[] = [];
  const call = coalesced(() => new Promise((resolve) => finish.push(resolve)), 100);
  for (let times = 0; times < 50; times++) call();
  await vi.advanceTimersByTimeAsync(99);
  expect(finish).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(finish).toHaveLength(1);
  for (let times = 0; times < 50; times++) call();
  await vi.advanceTimersByTimeAsync(1000);
  expect(finish).toHaveLength(1);
  finish[0]!();
  await vi.advanceTimersByTimeAsync(100);
  expect(finish).toHaveLength(2);
  finish[1]!();
  await vi.advanceTimersByTimeAsync(1000);
  expect(finish).toHaveLength(2);
  call();
  await vi.advanceTimersByTimeAsync(100);
  expect(finish).toHaveLength(3);
  vi.useRealTimers();
});
