import type { Tabs } from "../src/shared-events.ts";

interface Request {
  tab: object;
  run: () => void;
  reject: (error: unknown) => void;
}

/** The exclusive locks of a browser, with the semantics of Web Locks. `tests/browser/shared_events.test.mjs` has the real ones. */
class Locks {
  readonly #locks = new Map<string, { held?: Request; waiting: Request[] }>();

  request(tab: object, name: string, { steal, signal }: Parameters<Tabs["request"]>[1], lead: () => Promise<void>): Promise<void> {
    const lock = this.#locks.get(name) ?? { waiting: [] };
    this.#locks.set(name, lock);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const request: Request = {
        tab,
        run: () => void lead().then(resolve, reject).finally(() => this.#release(request)),
        reject,
      };
      if (steal) {
        lock.held?.reject(new DOMException("The lock was stolen.", "AbortError"));
        lock.held = undefined;
        lock.waiting.unshift(request);
      } else {
        lock.waiting.push(request);
        signal?.addEventListener("abort", () => {
          if (!lock.waiting.includes(request)) return;
          lock.waiting = lock.waiting.filter((waiting) => waiting !== request);
          reject(signal.reason);
        });
      }
      queueMicrotask(() => this.#grant());
    });
  }

  /** The tabs that have a lock. */
  holders(): object[] {
    return [...this.#locks.values()].flatMap(({ held }) => held?.tab ?? []);
  }

  /** As when the process of the tab ends. */
  drop(tab: object): void {
    for (const lock of this.#locks.values()) {
      lock.waiting = lock.waiting.filter((request) => request.tab !== tab);
      if (lock.held?.tab === tab) lock.held = undefined;
    }
    this.#grant();
  }

  #release(request: Request): void {
    for (const lock of this.#locks.values()) if (lock.held === request) lock.held = undefined;
    this.#grant();
  }

  #grant(): void {
    for (const lock of this.#locks.values()) {
      if (lock.held) continue;
      lock.held = lock.waiting.shift();
      lock.held?.run();
    }
  }
}

/** A browser with tabs. Those of another browser neither share locks nor receive messages. */
export function testBrowser({ tickMs = 10_000 } = {}) {
  const locks = new Locks();
  const id = crypto.randomUUID();
  return {
    holders: () => locks.holders(),
    tab: () => new Tab(locks, id, tickMs),
  };
}

/** What a tab has of its browser. */
export class Tab implements Tabs {
  readonly tickMs: number;
  readonly #locks: Locks;
  readonly #browser: string;
  #isMute = false;
  #thawed = Promise.resolve();
  #thaw = () => {};

  constructor(locks: Locks, browser: string, tickMs: number) {
    this.#locks = locks;
    this.#browser = browser;
    this.tickMs = tickMs;
  }

  request: Tabs["request"] = async (name, options, lead) => {
    try {
      await this.#locks.request(this, name, options, lead);
    } finally {
      await this.#thawed;
    }
  };

  open: Tabs["open"] = (name, receive) => {
    const channel = new BroadcastChannel(`${this.#browser} ${name}`);
    channel.onmessage = ({ data }: MessageEvent) => void (this.#isMute || receive(data));
    return {
      postMessage: (message) => void (this.#isMute || channel.postMessage(message)),
      close: () => channel.close(),
    };
  };

  /** It keeps its lock, and neither sends nor receives messages, nor learns that the lock was stolen. */
  freeze(): void {
    this.#isMute = true;
    this.#thawed = new Promise((resolve) => (this.#thaw = resolve));
  }

  thaw(): void {
    this.#isMute = false;
    this.#thaw();
  }

  /** As when its process ends: its locks are free, and nothing more is sent. */
  crash(): void {
    this.#isMute = true;
    this.#thaw();
    this.#locks.drop(this);
  }
}
