// Events where `fetch` cannot stream: the change feed, read every few seconds.

import { sleepUntilOnline, throwIfAborted } from "./abort.ts";
import { delayAfter, isFinal, requestedWait, type StreamEvent } from "./events.ts";
import { Problem } from "./problem.ts";
import type { Change, Changes } from "./types.ts";

export interface FeedOptions {
  /** Reads a page of the change feed. */
  changes: (query: { since?: string; limit: number; signal: AbortSignal }) => Promise<Changes>;
  signal: AbortSignal;
  /** Called when a request has failed, before the next one. */
  onFailure?: () => void;
  /** Waits before the next request, as `sleepUntilOnline` does. */
  pause?: (millis: number, signal: AbortSignal, isRequested?: boolean) => Promise<boolean | void>;
}

export interface PollOptions extends FeedOptions {
  /** The position to continue after. */
  since?: string;
  /** Milliseconds between two reads, on average. */
  pollMs: number;
}

/** The maximum number of changes on a page. */
const LIMIT = 1000;

/** Whether responses of `fetch` have a body that can be read as it arrives. React Native's have none. */
export function canStream(): boolean {
  return typeof ReadableStream === "function" && typeof Response === "function" && "body" in Response.prototype;
}

/**
 * Yields the same events as the stream, with what changed since the last read: each task and each list once, as it is then.
 * After the position of a user who had nothing, a change can be repeated, if there is more than a page and it goes on changing.
 */
export async function* poll(options: PollOptions): AsyncGenerator<StreamEvent, never> {
  const { pollMs, signal, pause = sleepUntilOnline } = options;
  let position = options.since;
  let isReady = false;
  for (;;) {
    const missed = position === undefined;
    const reading = pages(position, options);
    let read: IteratorResult<Changes, string | undefined>;
    while (!(read = await reading.next()).done) {
      if (!missed) yield* eventsOf(read.value.changes, position!, read.value.next, signal);
      position = read.value.next;
    }
    position = read.value;
    if (position !== undefined && (missed || !isReady)) {
      isReady = true;
      yield { type: "ready", position, missed };
    }
    throwIfAborted(signal);
    // A position that has become unusable is replaced at once; a snapshot should not be.
    if (position !== undefined) await pause(pollMs * (0.75 + Math.random() / 2), signal);
    else if (missed) await pause(delayAfter(1), signal);
  }
}

/**
 * Yields the pages after a position, or those of a snapshot, and sends requests again that fail. Returns the position after the
 * last page, or nothing if what follows the position is not known.
 */
export async function* pages(since: string | undefined, options: FeedOptions): AsyncGenerator<Changes, string | undefined> {
  const { changes, signal, onFailure, pause = sleepUntilOnline } = options;
  let failures = 0;
  for (;;) {
    try {
      const page = await changes({ since, limit: LIMIT, signal });
      throwIfAborted(signal);
      failures = 0;
      since = page.next;
      yield page;
      if (!page.more) return since;
    } catch (error) {
      throwIfAborted(signal);
      if (error instanceof Problem && error.code === "resync_required") return undefined;
      if (isFinal(error)) throw error;
      failures += 1;
      onFailure?.();
      const wait = requestedWait(error);
      if (await pause(wait ?? delayAfter(failures), signal, wait !== undefined)) failures = 0;
    }
  }
}

/** The events of changes between two positions, until the signal is aborted. All but the last one have the first position. */
export function* eventsOf(changes: readonly Change[], previous: string, next: string, signal: AbortSignal): Generator<StreamEvent, void> {
  for (const [index, change] of changes.entries()) {
    throwIfAborted(signal);
    yield { type: "change", position: index === changes.length - 1 ? next : previous, change };
  }
}
