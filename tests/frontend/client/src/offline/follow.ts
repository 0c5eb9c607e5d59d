import { abortable, sleep, throwIfAborted } from "../abort.ts";
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
  let retry = () => {};
  const request = () => {
    isWanted = true;
    wake();
  };

  async function receive(): Promise<never> {
    for await (const { type } of client.events({ signal, onFailure: request })) {
      request();
      // The API can be reached again.
      if (type === "ready") retry();
    }
    throw new Error("A stream of events does not end.");
  }

  async function load(): Promise<never> {
    for (let failures = 0; ; ) {
      throwIfAborted(signal);
      if (!isWanted) await abortable(new Promise<void>((resolve) => (wake = resolve)), signal);
      isWanted = false;
      try {
        await refresh();
        failures = 0;
      } catch (error) {
        if (!canPass(error)) throw error;
        isWanted = true;
        const pause = Math.min(retryMs * 2 ** failures++, MAX_PAUSE);
        const requested = error instanceof Problem ? (error.retryAfter ?? 0) * 1000 : 0;
        const wait = sleep(Math.max(pause * (0.5 + Math.random()), requested), signal);
        await (requested ? wait : Promise.race([wait, new Promise<void>((resolve) => (retry = resolve))]));
      }
    }
  }

  globalThis.addEventListener?.("online", request);
  try {
    return await Promise.race([receive(), load()]);
  } finally {
    globalThis.removeEventListener?.("online", request);
  }
}

/** Whether a repetition can succeed. */
function canPass(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Problem && (error.status >= 500 || error.status === 429));
}
