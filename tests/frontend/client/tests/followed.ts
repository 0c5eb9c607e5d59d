import { expect } from "vitest";

import type { StreamEvent } from "../src/events.ts";

/** A stream whose events are kept until the test takes them. */
export function followed(open: (signal: AbortSignal) => AsyncIterable<StreamEvent>) {
  const controller = new AbortController();
  const received: StreamEvent[] = [];
  let wake = () => {};
  let error: unknown;
  const ended = (async () => {
    try {
      for await (const event of open(controller.signal)) {
        received.push(event);
        wake();
      }
    } catch (reason) {
      error = reason;
    }
    wake();
    return error;
  })();

  async function next(): Promise<StreamEvent> {
    while (!received.length) {
      if (error) throw error;
      await new Promise<void>((resolve) => (wake = resolve));
    }
    return received.shift()!;
  }

  return {
    next,
    /** Takes the next event, which must be this one. */
    async expect(expected: object): Promise<StreamEvent> {
      const event = await next();
      expect(event).toMatchObject(expected);
      return event;
    },
    /** The error with which the stream ended. */
    ended,
    /** Ends it. */
    close(reason: unknown = new Error("closed")): Promise<unknown> {
      controller.abort(reason);
      return ended;
    },
  };
}
