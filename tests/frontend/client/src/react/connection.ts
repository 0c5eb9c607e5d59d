import { Problem, Unreachable } from "../problem.ts";

/** The outage of the API or of the sign-in service that the last call met, if any. */
export class Connection {
  #outage: Error | undefined;
  readonly #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  readonly outage = () => this.#outage;

  succeeded(): void {
    this.#set(undefined);
  }

  failed(error: unknown): void {
    if (isOutage(error)) this.#set(error as Error);
  }

  #set(outage: Error | undefined): void {
    if (this.#outage?.message === outage?.message) return;
    this.#outage = outage;
    for (const listener of this.#listeners) listener();
  }
}

/** Whether the error is temporary, so that a retry can succeed. */
export function isOutage(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Problem && error.status === 503);
}
