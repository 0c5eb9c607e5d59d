import { changesAfter, positionOf, presentOf, readPosition } from "./feed.ts";
import type { Owner } from "./owner.ts";
import { Rejection } from "./problem.ts";

const STREAMS_MAX = 10;

/** What a stream is opened with. */
export interface StreamOptions {
  userId: string;
  /** The position after which it begins; by default now. */
  since?: string;
  /** When its token expires, in milliseconds. */
  expiresAt: number;
  signal?: AbortSignal;
}

interface Stream {
  userId: string;
  /** Sends what is new. */
  update: () => void;
  /** Fails it, as a lost connection does. */
  fail: (reason: unknown) => void;
}

/** The open event streams of all users. */
export class Streams {
  readonly #open = new Set<Stream>();
  readonly #ownerOf: (userId: string) => Owner | undefined;
  readonly #now: () => number;

  constructor(ownerOf: (userId: string) => Owner | undefined, now: () => number) {
    this.#ownerOf = ownerOf;
    this.#now = now;
  }

  /** Sends what is new to the streams of a user, or of all. */
  update(userId?: string): void {
    for (const stream of [...this.#open]) if (userId === undefined || stream.userId === userId) stream.update();
  }

  /** Fails all streams. */
  fail(reason: unknown): void {
    for (const stream of [...this.#open]) stream.fail(reason);
  }

  open({ userId, since, expiresAt, signal }: StreamOptions): ReadableStream<Uint8Array> {
    if ([...this.#open].filter((stream) => stream.userId === userId).length >= STREAMS_MAX) {
      throw new Rejection("too_many_streams", `You have ${STREAMS_MAX} open event streams; close one first.`, {}, { "Retry-After": "1" });
    }
    const encoder = new TextEncoder();
    let end = () => {};
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      const owner = this.#ownerOf(userId);
      let [epoch, revision, isLost, timer] = [
        owner?.epoch,
        owner?.revision ?? 0,
        false,
        undefined as ReturnType<typeof setTimeout> | undefined,
      ];
      try {
        if (since) revision = readPosition(since, userId, owner).revision;
        isLost = Boolean(since && /_[0-9a-f-]{36}$/.test(since));
      } catch {
        isLost = true;
      }
      const send = (event: string, data: object, id?: string) => {
        const lines = [...(id ? [`id: ${id}`] : []), `event: ${event}`, `data: ${JSON.stringify(data)}`, "", ""];
        controller.enqueue(encoder.encode(lines.join("\n")));
      };
      const abort = () => stream.fail(signal?.reason ?? new DOMException("The request was aborted.", "AbortError"));
      end = () => {
        clearTimeout(timer);
        this.#open.delete(stream);
        signal?.removeEventListener("abort", abort);
      };
      const finish = (event: "resync" | "expired") => {
        send(event, {});
        end();
        controller.close();
      };
      const stream: Stream = {
        userId,
        update: () => {
          const now = this.#ownerOf(userId);
          isLost ||= epoch !== undefined && now?.epoch !== epoch;
          if (this.#now() >= expiresAt) return finish("expired");
          if (isLost) return finish("resync");
          epoch = now?.epoch;
          for (const change of now ? changesAfter(now, revision) : []) {
            ({ revision } = change);
            send("change", change, positionOf(userId, { epoch: epoch!, revision }));
          }
          revision = now?.revision ?? 0;
        },
        fail: (reason) => {
          end();
          controller.error(reason);
        },
      };
      this.#open.add(stream);
      signal?.addEventListener("abort", abort);
      stream.update();
      if (!this.#open.has(stream)) return;
      send("ready", {}, presentOf(userId, this.#ownerOf(userId)));
      // A longer time does not fit in a timer.
      timer = setTimeout(() => stream.update(), Math.min(expiresAt - this.#now(), 2 ** 31 - 1));
      // In Node.js, a timer would keep the process running.
      (timer as { unref?: () => void }).unref?.();
    };
    return new ReadableStream({ start, cancel: () => end() });
  }
}
