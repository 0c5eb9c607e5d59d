import { Problem, Unreachable } from "@/lib/problem";

/** Whether the API answered, as of the last call: what the banner shows. */
export class Connection {
  #away = false;
  readonly #listeners = new Set<() => void>();

  subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  isAway = () => this.#away;

  answered = () => this.#set(false);

  failed = (error: Error) => isOutage(error) && this.#set(true);

  #set(away: boolean): void {
    if (this.#away === away) return;
    this.#away = away;
    for (const listener of this.#listeners) listener();
  }
}

/** Whether it passes by itself. */
export function isOutage(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Problem && error.status === 503);
}
