import { expect, test } from "vitest";

import { Subscription, type Step } from "../src/subscription.ts";
import type { Change } from "../src/types.ts";

const REVISIONS = [0, 1, 2, 3];
const LAST = 4;

/** The changes between two revisions; a change is its revision alone. */
function changesBetween(from: number, to: number): Change[] {
  return Array.from({ length: to - from }, (_, index) => ({ revision: from + index + 1 }) as Change);
}

function step(from: number, to: number): Step {
  return { previous: `${from}`, position: `${to}`, changes: changesBetween(from, to), kind: from === to ? "mark" : "changes" };
}

/** All steps that leaders send from there to there, but for losses. */
const STEPS = REVISIONS.flatMap((from) => REVISIONS.filter((to) => to >= from).map((to) => step(from, to)));

/** The revisions that a subscriber at this one receives, when these steps have arrived and then the last one. */
async function received(at: number, steps: readonly Step[]): Promise<number[]> {
  const subscription = new Subscription(`${at}`);
  for (const arrived of [...steps, step(LAST - 1, LAST)]) subscription.push(arrived);
  const changes = async ({ since }: { since?: string }) => ({ changes: changesBetween(Number(since), LAST), next: `${LAST}`, more: false }) as never;
  const revisions: number[] = [];
  for await (const event of subscription.events({ changes, signal: new AbortController().signal }, () => {})) {
    if (event.type === "change") revisions.push(event.change.revision);
    else expect(event.missed).toBe(false);
    if (event.position === `${LAST}`) break;
  }
  return revisions;
}

test.each(REVISIONS)("steps in any order are no gap and no repetition after revision %i", async (at) => {
  const expected = changesBetween(at, LAST).map(({ revision }) => revision);
  for (const first of STEPS) {
    for (const second of STEPS) {
      for (const third of STEPS) {
        const steps = [first, second, third];
        expect(await received(at, steps), JSON.stringify(steps)).toEqual(expected);
      }
    }
  }
});
