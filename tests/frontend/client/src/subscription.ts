// A subscription to events that another tab may have received: without a gap or a repetition, whatever the order of messages.

import { abortable, throwIfAborted } from "./abort.ts";
import type { StreamEvent } from "./events.ts";
import { eventsOf, pages, type FeedOptions } from "./poll.ts";
import type { Change, Changes } from "./types.ts";

/** What the leader received: the changes between two positions, which are opaque and only compared for equality. */
export interface Step {
  /** The position before it; none at the begin of a stream without a position. */
  previous?: string;
  position: string;
  changes: Change[];
  /**
   * `ready` as in the stream; `mark` has the position of a leader that is ready; after `reset`, what was before is not known;
   * `lost` replaces steps that did not fit in the queue.
   */
  kind: "changes" | "ready" | "mark" | "reset" | "lost";
}

/** The maximum number of steps that wait for a slow subscriber. What does not fit is read from the change feed. */
const MAX_QUEUE = 1000;

export class Subscription {
  /** The position of what was delivered. */
  position?: string;
  #queue: Step[] = [];
  #failure?: { error: unknown };
  #wake = () => {};

  /** Called when the leader could not connect. */
  readonly onFailure?: () => void;

  constructor(since?: string, onFailure?: () => void) {
    this.position = since;
    this.onFailure = onFailure;
  }

  /** Adds a step of any leader. */
  push(step: Step): void {
    if (this.#queue.length < MAX_QUEUE) {
      this.#queue.push(step);
    } else {
      const isReset = [...this.#queue, step].some(({ kind }) => kind === "reset");
      this.#queue = [{ position: step.position, changes: [], kind: isReset ? "reset" : "lost" }];
    }
    this.#wake();
  }

  /** Ends it with this error. */
  fail(error: unknown): void {
    this.#failure = { error };
    this.#wake();
  }

  /**
   * Yields what follows the position. A step is delivered if it begins there. Otherwise the change feed has what is missing.
   *
   * @param ask Requests a step with the current position of the leader.
   */
  async *events(feed: FeedOptions, ask: () => void): AsyncGenerator<StreamEvent, never> {
    let isReady = false;
    for (;;) {
      await this.#arrived(feed.signal);
      const queue = this.#queue;
      const at = this.position;
      const index = at === undefined ? queue.length - 1 : indexAfter(queue, at);
      // What was received before the first request is part of the response.
      const passed = queue.splice(0, index ?? queue.length);
      let isNews = passed.some(({ kind }) => kind === "ready" || (kind === "mark" && !isReady));
      if (index === undefined) {
        if (!(yield* this.#read(at!, feed))) {
          ask();
          continue;
        }
        isNews ||= !isReady;
      }
      if (isNews && at !== undefined) {
        isReady = true;
        yield { type: "ready", position: this.position!, missed: false };
      }
      const step = index === undefined ? undefined : queue.shift();
      if (!step) continue;
      const missed = at === undefined || step.kind === "reset";
      if (!missed) yield* eventsOf(step.changes, at, step.position, feed.signal);
      this.position = step.position;
      if (!missed && step.kind !== "ready" && (isReady || step.kind !== "mark")) continue;
      isReady = true;
      yield { type: "ready", position: step.position, missed };
    }
  }

  /** Reads the change feed from a position. False if what follows it is not known. */
  async *#read(at: string, feed: FeedOptions): AsyncGenerator<StreamEvent, boolean> {
    const reading = pages(at, feed);
    let read: IteratorResult<Changes, string | undefined>;
    while (!(read = await reading.next()).done) {
      yield* eventsOf(read.value.changes, this.position!, read.value.next, feed.signal);
      this.position = read.value.next;
    }
    this.position = read.value;
    return read.value !== undefined;
  }

  async #arrived(signal: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    while (!this.#queue.length) {
      if (this.#failure) throw this.#failure.error;
      await abortable(new Promise<void>((resolve) => (this.#wake = resolve)), signal);
    }
  }
}

/**
 * The index of the first step that a subscriber at this position has not had; undefined if it is not known. From the end, because
 * after a change of the leader the same steps can come again. A step that ends here counts only if the next one begins here:
 * after a message that was lost, or one of another leader, there is a gap between them.
 */
function indexAfter(queue: readonly Step[], at: string): number | undefined {
  let first: number | undefined;
  for (let index = queue.length - 1; index >= 0; index -= 1) {
    const { previous, position, kind } = queue[index]!;
    if (position === at && (first ?? queue.length) === index + 1) return index + 1;
    if (previous === at) first = index;
    if (kind === "reset") return first ?? index;
  }
  return first;
}
