/** The time of the server. */
export class TestClock {
  #offset = 0;
  #fixed?: number;
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.#fixed ?? Date.now() + this.#offset;
  }

  /** Stops the clock at this time; without one, it is that of the device again. */
  set(time?: Date | number | string): void {
    this.#fixed = time === undefined ? undefined : new Date(time).getTime();
    this.#offset = 0;
    this.#changed();
  }

  /** Moves the clock forward, so that for example tokens expire. */
  advance(millis: number): void {
    if (this.#fixed === undefined) this.#offset += millis;
    else this.#fixed += millis;
    this.#changed();
  }
}
