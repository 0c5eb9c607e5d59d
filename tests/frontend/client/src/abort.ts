// Cancellation without `AbortSignal.any`, `AbortSignal.timeout` and `signal.reason`, which older browsers and React Native lack.

/** The reasons of signals, for the browsers and React Native without `signal.reason`. */
const reasons = new WeakMap<AbortSignal, unknown>();

/** Aborts with a reason, unless it is aborted already. */
function abort(controller: AbortController, reason: unknown): void {
  if (!controller.signal.aborted) reasons.set(controller.signal, reason);
  controller.abort(reason);
}

/** The reason of an aborted signal. */
export function reasonOf(signal: AbortSignal): unknown {
  return signal.reason ?? reasons.get(signal) ?? Object.assign(new Error("The call was aborted."), { name: "AbortError" });
}

/** Throws the reason of the first of these signals that is aborted. */
export function throwIfAborted(...signals: (AbortSignal | undefined)[]): void {
  for (const signal of signals) if (signal?.aborted) throw reasonOf(signal);
}

/** A controller that is aborted with any of these signals. `release` removes it from them. */
export function linked(...signals: (AbortSignal | undefined)[]): { controller: AbortController; release: () => void } {
  const controller = new AbortController();
  const releases = signals.map((signal) => {
    if (!signal) return;
    const follow = () => abort(controller, reasonOf(signal));
    if (signal.aborted) follow();
    signal.addEventListener("abort", follow);
    return () => signal.removeEventListener("abort", follow);
  });
  return { controller, release: () => releases.forEach((release) => release?.()) };
}

/** The calls in flight of a client, which end together. A signal of all would have a listener of each. */
export class Calls {
  readonly #open = new Set<AbortController>();
  #closed?: { reason: unknown };

  /** Begins a call, which is aborted with the signal of its caller, or with all calls. */
  begin(signal?: AbortSignal): { signal: AbortSignal; end: () => void } {
    const { controller, release } = linked(signal);
    if (this.#closed) abort(controller, this.#closed.reason);
    this.#open.add(controller);
    const end = () => {
      release();
      this.#open.delete(controller);
    };
    return { signal: controller.signal, end };
  }

  /** Aborts all calls, and those that begin later. */
  close(reason: unknown): void {
    this.#closed = { reason };
    for (const controller of this.#open) abort(controller, reason);
  }
}

/** Resolves after so many milliseconds, or rejects with the reason of the signal. */
export function sleep(millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, millis);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
  });
}

/**
 * Waits so many milliseconds, or until the event `online` if that is sooner. Returns whether it was: then earlier failures no longer
 * count. A pause that the API has requested is not shortened.
 */
export async function sleepUntilOnline(millis: number, signal: AbortSignal, isRequested = false): Promise<boolean> {
  if (isRequested) return sleep(millis, signal).then(() => false);
  const { controller, release } = linked(signal);
  let end = () => {};
  const online = new Promise<true>((resolve) => (end = () => resolve(true)));
  globalThis.addEventListener?.("online", end);
  try {
    return await Promise.race([online, sleep(millis, controller.signal).then(() => false)]);
  } finally {
    globalThis.removeEventListener?.("online", end);
    release();
    controller.abort();
  }
}

/** The same promise, or the reason of the signal as soon as it is aborted. */
export function abortable<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(reasonOf(signal));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
