import { Problem, Unreachable } from "../problem.ts";

/** Whether the API was available at the last call. */
export class Connection {
  #unavailable = false;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly isUnavailable = () => this.#unavailable;

  succeeded(): void {
    this.#set(false);
  }

  failed(error: unknown): void {
    if (isOutage(error)) this.#set(true);
  }

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
