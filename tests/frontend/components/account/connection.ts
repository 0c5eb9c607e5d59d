import { Problem, Unreachable } from "tasknook-client";

/** Whether the API was available at the last call, for the banner. */
export class Connection {
  #unavailable = false;
  readonly #listeners = new Set<() => void>();

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  isUnavailable = () => this.#unavailable;

  succeeded = () => this.#set(false);

  failed = (error: Error) => isOutage(error) && this.#set(true);

  #set(unavailable: boolean): void {
    if (this.#unavailable === unavailable) return;
    this.#unavailable = unavailable;
    for (const listener of this.#listeners) listener();
  }
}

/** Whether the error is temporary, so that a retry can succeed. */
export function isOutage(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Problem && error.status === 503);
}
