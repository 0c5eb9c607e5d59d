import { abortable, sleepUntilOnline, throwIfAborted } from "../abort.ts";
import type { Client } from "../client.ts";
import { Problem, Unreachable } from "../problem.ts";

/** The longest pause between two attempts, in milliseconds. */
const MAX_PAUSE = 30_000;

/**
 * Runs `refresh` now, after each event, and when there can be no events, which shows whether the API can be reached. Runs it again
 * after errors that can pass, until the signal is aborted: then its reason is thrown.
 */
export async function followed(client: Client, refresh: () => Promise<void>, retryMs: number, signal: AbortSignal): Promise<never> {
  let isWanted = true;
  let wake = () => {};
  let ready = () => {};
  let failures = 0;
  const request = () => {
    isWanted = true;
    wake();
  };
  const online = () => {
    failures = 0;
    request();
  };

  async function receive(): Promise<never> {
    for await (const { type } of client.events({ signal, onFailure: request })) {
      request();
      // The API can be reached again.
      if (type === "ready") ready();
    }
    throw new Error("A stream of events does not end.");
  }

  async function load(): Promise<never> {
    for (;;) {
      throwIfAborted(signal);
      if (!isWanted) await abortable(new Promise<void>((resolve) => (wake = resolve)), signal);
      isWanted = false;
      try {
        await refresh();
        failures = 0;
      } catch (error) {
        if (!canPass(error)) throw error;
        isWanted = true;
        const pause = Math.min(retryMs * 2 ** failures++, MAX_PAUSE) * (0.5 + Math.random());
        const requested = error instanceof Problem ? (error.retryAfter ?? 0) * 1000 : 0;
        const wait = sleepUntilOnline(Math.max(pause, requested), signal, requested > 0);
        await (requested ? wait : Promise.race([wait, new Promise<void>((resolve) => (ready = resolve))]));
      }
    }
  }

  globalThis.addEventListener?.("online", online);
  try {
    return await Promise.race([receive(), load()]);
  } finally {
    globalThis.removeEventListener?.("online", online);
  }
}

/** Whether a repetition can succeed. */
function canPass(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Problem && (error.status >= 500 || error.status === 429));
}
