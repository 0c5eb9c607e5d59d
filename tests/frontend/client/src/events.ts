import { createParser, type EventSourceMessage } from "eventsource-parser";

import { abortable, linked, sleepUntilOnline, throwIfAborted } from "./abort.ts";
import type { Fetch } from "./http.ts";
import { AccountChanged, Problem, problemOf, SignedOut, Unreachable } from "./problem.ts";
import type { Token } from "./token.ts";
import type { Change } from "./types.ts";

/**
 * An event, with the position after it: a stream that begins there misses nothing, and repeats nothing either, unless the
 * event was read from the change feed. All changes of a page but the last one have the position before the page.
 */
export type StreamEvent =
  | { type: "change"; position: string; change: Change }
  /** Everything until here was sent or, if `missed`, is not known: load it again. */
  | { type: "ready"; position: string; missed: boolean };

export interface EventsOptions {
  url: string;
  token: Token;
  fetch: Fetch;
  /** The position of the last event that was received. */
  since?: string;
  signal: AbortSignal;
  /** Called when a connection was never ready, before the next one. */
  onFailure?: () => void;
  /** Milliseconds without a byte after which the connection is lost. */
  silence?: number;
  /** Waits before the next connection, as `sleepUntilOnline` does. */
  pause?: (millis: number, signal: AbortSignal, isRequested?: boolean) => Promise<boolean | void>;
}

type Message = EventSourceMessage | { retry: number };

/** Twice the heartbeat of the API, in milliseconds. */
const SILENCE = 40_000;

/**
 * Yields what changes, and connects again whenever the stream ends, until the signal is aborted: then its reason is
 * thrown. Also throws `SignedOut`, `AccountChanged`, and a `Problem` that a repetition would not solve.
 */
export async function* events(options: EventsOptions): AsyncGenerator<StreamEvent, never> {
  const { token, signal, onFailure, pause = sleepUntilOnline } = options;
  let position = options.since;
  let rejected = "";
  // Connections in succession that were never ready.
  let failures = 0;
  for (;;) {
    let bearer = "";
    let isRenewed = false;
    let wait: number | undefined;
    failures += 1;
    try {
      bearer = await abortable(token.replace(rejected), signal);
      for await (const message of receive(bearer, position, options)) {
        throwIfAborted(signal);
        if ("retry" in message) {
          wait = message.retry;
        } else if (message.event === "change") {
          position = message.id!;
          yield { type: "change", position, change: JSON.parse(message.data) };
        } else if (message.event === "ready") {
          const missed = position === undefined;
          position = message.id!;
          failures = 0;
          yield { type: "ready", position, missed };
        } else if (message.event === "resync") {
          position = undefined;
          isRenewed = true;
        } else if (message.event === "expired") {
          rejected = bearer;
          isRenewed = true;
        }
      }
    } catch (error) {
      throwIfAborted(signal);
      if (isFinal(error)) throw error;
      if (error instanceof Problem && error.status === 401) {
        rejected = bearer;
        isRenewed = true;
      }
      wait = requestedWait(error);
    }
    // With a new token or another position at once, unless that did not help.
    if (isRenewed && failures <= 1) continue;
    if (failures) onFailure?.();
    if (await pause(wait ?? delayAfter(failures), signal, wait !== undefined)) failures = 0;
  }
}

/** Connects, and yields what arrives until the connection ends. */
async function* receive(bearer: string, since: string | undefined, { url, fetch, signal, silence = SILENCE }: EventsOptions): AsyncGenerator<Message> {
  const { controller, release } = linked(signal);
  const lose = () => controller.abort(new Unreachable("The API is silent."));
  let timer = setTimeout(lose, silence);
  const received: Message[] = [];
  const parser = createParser({
    onEvent: (event) => received.push(event),
    onRetry: (retry) => received.push({ retry }),
  });
  try {
    throwIfAborted(signal);
    const headers: Record<string, string> = { Accept: "text/event-stream", Authorization: `Bearer ${bearer}` };
    if (since) headers["Last-Event-ID"] = since;
    const response = await fetch(url, { headers, cache: "no-store", signal: controller.signal });
    const isStream = response.headers.get("Content-Type")?.startsWith("text/event-stream");
    if (!response.ok || !isStream) throw problemOf(response, await response.json().catch(() => undefined));
    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    for (let part; !(part = await reader.read()).done; ) {
      clearTimeout(timer);
      timer = setTimeout(lose, silence);
      parser.feed(decoder.decode(part.value, { stream: true }));
      yield* received.splice(0);
    }
  } finally {
    clearTimeout(timer);
    release();
    controller.abort();
  }
}

/** Whether a repetition would have the same result. */
export function isFinal(error: unknown): boolean {
  if (error instanceof SignedOut || error instanceof AccountChanged) return true;
  return error instanceof Problem && error.status < 500 && ![401, 408, 429].includes(error.status);
}

/** The milliseconds that the API asks to wait. */
export function requestedWait(error: unknown): number | undefined {
  return error instanceof Problem && error.retryAfter ? error.retryAfter * 1000 + delayAfter(0) : undefined;
}

/** Milliseconds: 1 to 3 s at first, up to 30 s after several failures. Random, so that not all clients connect at once. */
export function delayAfter(failures: number): number {
  return 1000 + Math.random() * Math.min(2000 * 2 ** failures, 29_000);
}
