import { focusManager, onlineManager } from "@tanstack/react-query";

import type { Client } from "../client.ts";
import type { Change } from "../types.ts";
import { coalesced } from "./coalesced.ts";
import { LISTS, TAGS, TASKS, type TaskCache } from "./task-cache.ts";

/** Milliseconds in which several changes are shown together. */
const BURST = 100;

/** Follows the changes of the user, so that what happens elsewhere is shown. */
export class Live {
  readonly #client: Client;
  readonly #failed: (error: unknown) => void;
  readonly #update: () => void;
  #position?: string;
  #stream = new AbortController();
  #missed = false;
  #changes: Change[] = [];

  constructor(client: Client, cache: TaskCache, failed: (error: unknown) => void) {
    this.#client = client;
    this.#failed = failed;
    this.#update = coalesced(async () => {
      const [missed, changes] = [this.#missed, this.#changes];
      [this.#missed, this.#changes] = [false, []];
      if (missed) await cache.reload(TASKS, TAGS, LISTS);
      else cache.apply(changes);
    }, BURST);
  }

  /** Whether there is a position from which the changes can be continued. */
  get isFollowing(): boolean {
    return this.#position !== undefined;
  }

  /** A hidden page has no stream. A visible one continues where it was, on the present network. Returns a function to stop. */
  start(): () => void {
    const restart = () => {
      this.#stream.abort();
      this.#stream = new AbortController();
      if (focusManager.isFocused()) void this.#follow(this.#stream.signal);
    };
    restart();
    const unsubscribe = [focusManager.subscribe(restart), onlineManager.subscribe(restart)];
    return () => {
      unsubscribe.forEach((stop) => stop());
      this.#stream.abort();
    };
  }

  async #follow(signal: AbortSignal): Promise<void> {
    try {
      for await (const event of this.#client.events({ since: this.#position, signal })) {
        this.#position = event.position;
        if (event.type === "change") this.#changes.push(event.change);
        else this.#missed ||= event.missed;
        this.#update();
      }
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    }
  }
}
