// One event stream for all tabs of a browser, since HTTP/1.1 allows about six connections to an origin. The tab that has the
// lock is the leader: it receives the stream, and posts what it receives to the others.
//
// The subscriptions do not depend on there being one leader, or on every message: they verify that each step follows their own
// position, and read the change feed otherwise. So the lock and the channel save requests, and nothing is lost without them.

import { linked } from "./abort.ts";
import type { StreamEvent } from "./events.ts";
import type { FeedOptions } from "./poll.ts";
import { Subscription, type Step } from "./subscription.ts";
import type { Change } from "./types.ts";

/** The APIs of a browser that tabs need to share a stream. */
export interface Tabs {
  /** Web Locks. */
  request: (name: string, options: { steal?: boolean; signal?: AbortSignal }, lead: () => Promise<void>) => Promise<void>;
  /** Opens a `BroadcastChannel`. */
  open: (name: string, receive: (message: Message) => void) => Channel;
  /** Milliseconds after which a follower notices silence. */
  tickMs: number;
}

export interface Channel {
  postMessage: (message: Message) => void;
  close: () => void;
}

/**
 * What tabs send each other. A subscriber or a follower asks with `hello`; a leader that is not ready answers `alive`, and sends
 * `failure` when it could not connect.
 */
export type Message = Step | "hello" | "alive" | "failure";

export interface SharedOptions {
  /** Contains the base URL and the user's id, so that accounts never mix. */
  name: string;
  tabs: Tabs;
  /** The events of the API. */
  receive: (since: string | undefined, signal: AbortSignal, onFailure: () => void) => AsyncIterable<StreamEvent>;
  changes: FeedOptions["changes"];
}

/** Ticks of silence after which a follower asks the leader, and after which it takes the lock from a leader that is frozen. */
const ASK_AFTER = 2;
const STEAL_AFTER = 4;

/** The APIs of this browser. Undefined without a page or one of them (Web Locks need https or localhost). */
export function browserTabs(): Tabs | undefined {
  const locks = typeof document === "object" && typeof navigator === "object" ? navigator.locks : undefined;
  if (!locks || typeof BroadcastChannel !== "function") return undefined;
  return {
    request: async (name, options, lead) => void (await locks.request(name, options, lead)),
    open(name, receive) {
      const channel = new BroadcastChannel(name);
      channel.onmessage = ({ data }: MessageEvent<Message>) => receive(data);
      return channel;
    },
    tickMs: 10_000,
  };
}

/** The events of one client, whose subscriptions share a hub. */
export class SharedEvents {
  readonly #options: SharedOptions;
  #hub?: Hub;

  constructor(options: SharedOptions) {
    this.#options = options;
  }

  /** Yields the events after a position, or from now on, until the signal is aborted. */
  async *events(since: string | undefined, signal: AbortSignal, onFailure?: () => void): AsyncGenerator<StreamEvent, never> {
    if (!this.#hub || this.#hub.isClosed) this.#hub = new Hub(this.#options);
    const hub = this.#hub;
    const subscription = new Subscription(since, onFailure);
    const leave = () => hub.leave(subscription);
    signal.addEventListener("abort", leave);
    try {
      hub.enter(subscription);
      return yield* subscription.events({ changes: this.#options.changes, signal }, () => hub.ask());
    } finally {
      signal.removeEventListener("abort", leave);
      leave();
    }
  }
}

/** The subscriptions of a client, from the first one until the last one ends. */
class Hub {
  readonly #options: SharedOptions;
  readonly #channel: Channel;
  readonly #subscriptions = new Set<Subscription>();
  readonly #closed = new AbortController();
  readonly #ticking: ReturnType<typeof setInterval>;
  /** Aborts the request for the lock, and the leadership. */
  #attempt = new AbortController();
  #isStealing = false;
  /** As a leader: its position, once it is ready. */
  #leading?: { position?: string };
  /** The last position of any leader. */
  #position?: string;
  /** Ticks since a leader was heard. */
  #silence = 0;

  constructor(options: SharedOptions) {
    this.#options = options;
    this.#channel = options.tabs.open(options.name, (message) => this.#receive(message));
    this.#ticking = setInterval(() => this.#tick(), options.tabs.tickMs * (0.9 + 0.2 * Math.random()));
  }

  get isClosed(): boolean {
    return this.#closed.signal.aborted;
  }

  enter(subscription: Subscription): void {
    this.#subscriptions.add(subscription);
    // With the first subscription, whose position a new leader may need.
    if (this.#subscriptions.size === 1) void this.#compete();
    this.ask();
  }

  leave(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
    if (!this.#subscriptions.size) this.#close();
  }

  /** Requests the position of the leader. */
  ask(): void {
    if (this.#leading) this.#answer();
    else if (!this.isClosed) this.#channel.postMessage("hello");
  }

  #close(): void {
    if (this.isClosed) return;
    clearInterval(this.#ticking);
    this.#closed.abort(new Error("The last subscription has ended."));
    this.#channel.close();
  }

  #receive(message: Message): void {
    if (this.isClosed) return;
    if (message === "hello") {
      if (this.#leading) this.#answer();
      return;
    }
    this.#silence = 0;
    if (message === "failure") this.#reportFailure();
    else if (message !== "alive") this.#deliver(message);
  }

  #reportFailure(): void {
    for (const { onFailure } of this.#subscriptions) onFailure?.();
  }

  #deliver(step: Step): void {
    this.#position = step.position;
    for (const subscription of this.#subscriptions) subscription.push(step);
  }

  #publish(step: Step): void {
    this.#deliver(step);
    this.#channel.postMessage(step);
  }

  #answer(): void {
    const position = this.#leading?.position;
    if (position === undefined) this.#channel.postMessage("alive");
    else this.#publish({ previous: position, position, changes: [], kind: "mark" });
  }

  /**
   * Follows the leader. It sends nothing while nothing changes, since timers of a hidden tab run once a minute: a follower asks,
   * and messages arrive at once in hidden tabs, too.
   */
  #tick(): void {
    if (this.#leading) return;
    this.#silence += 1;
    if (this.#silence >= STEAL_AFTER) {
      this.#silence = 0;
      this.#isStealing = true;
      this.#attempt.abort();
    } else if (this.#silence >= ASK_AFTER) {
      this.ask();
    }
  }

  /** Waits for the lock, leads while it has it, and waits again if another tab takes it. */
  async #compete(): Promise<void> {
    const { name, tabs } = this.#options;
    while (!this.isClosed) {
      const { controller, release } = linked(this.#closed.signal);
      this.#attempt = controller;
      const options = this.#isStealing ? { steal: true } : { signal: controller.signal };
      this.#isStealing = false;
      try {
        await tabs.request(name, options, () => this.#lead(controller.signal));
      } catch (error) {
        const isExpected = controller.signal.aborted || (error as Error | undefined)?.name === "AbortError";
        // A page that may not have locks, such as one in a sandboxed frame, has a stream of its own.
        if (!isExpected) await this.#lead(controller.signal);
      } finally {
        controller.abort();
        release();
      }
    }
  }

  /** Receives the stream until the signal is aborted. An error that a repetition would not solve ends all subscriptions. */
  async #lead(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const leading: { position?: string } = {};
    this.#leading = leading;
    this.#channel.postMessage("alive");
    let position = this.#position ?? [...this.#subscriptions].find(({ position }) => position !== undefined)?.position;
    let changes: Change[] = [];
    try {
      const onFailure = () => {
        if (signal.aborted) return;
        this.#reportFailure();
        this.#channel.postMessage("failure");
      };
      for await (const event of this.#options.receive(position, signal, onFailure)) {
        if (signal.aborted) return;
        if (event.type === "change") changes.push(event.change);
        // Changes that have a position together, those of a page, are one step.
        if (event.type === "change" && event.position === position) continue;
        const isReset = event.type === "ready" && event.missed && position !== undefined;
        const kind = event.type === "change" ? "changes" : isReset ? "reset" : "ready";
        const step: Step = { previous: position, position: event.position, changes, kind };
        [position, changes] = [event.position, []];
        if (kind !== "changes" || leading.position !== undefined) leading.position = position;
        this.#publish(step);
      }
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    } finally {
      if (this.#leading === leading) this.#leading = undefined;
    }
  }

  #fail(error: unknown): void {
    this.#close();
    for (const subscription of this.#subscriptions) subscription.fail(error);
  }
}
