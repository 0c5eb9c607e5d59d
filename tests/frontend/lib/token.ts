import { AccountChanged, Unreachable } from "./problem";

/** How long before its end a token is renewed, in milliseconds. */
const MARGIN = 60_000;

interface Held {
  token: string;
  /** On the monotonic clock. */
  renewAt: number;
}

/**
 * The token of one signed-in user, in memory and nowhere else. However many calls wait for it, it is asked for once, and
 * it is renewed before it ends.
 *
 * Its lifetime is `exp - iat`, counted from when it was asked for on a clock that nobody sets: a wrong clock on this
 * device neither keeps a token too long nor renews it at every call. (That clock may stand still while a laptop sleeps;
 * then the API refuses the token, and `replace` gets another.)
 */
export class Token {
  readonly #userId: string;
  readonly #fetch: () => Promise<string>;
  readonly #now: () => number;
  #held?: Held;
  #asked?: Promise<Held>;

  constructor(userId: string, fetch: () => Promise<string>, now = () => performance.now()) {
    this.#userId = userId;
    this.#fetch = fetch;
    this.#now = now;
  }

  /** A token that is good for a while yet. */
  async get(): Promise<string> {
    if (this.#held && this.#now() < this.#held.renewAt) return this.#held.token;
    return (await this.#renewed()).token;
  }

  /** Another one than this, which the API refused. */
  async replace(refused: string): Promise<string> {
    if (this.#held?.token === refused) this.#held = undefined;
    return this.get();
  }

  /** Forgets it. */
  reset(): void {
    this.#held = undefined;
    this.#asked = undefined;
  }

  #renewed(): Promise<Held> {
    if (this.#asked) return this.#asked;
    const asked = this.#ask();
    this.#asked = asked;
    const end = (held?: Held) => {
      // What was asked for before a reset is not kept.
      if (this.#asked !== asked) return;
      this.#held = held;
      this.#asked = undefined;
    };
    asked.then(end, () => end());
    return asked;
  }

  async #ask(): Promise<Held> {
    const asked = this.#now();
    const token = await this.#fetch();
    const { sub, iat, exp } = claims(token);
    if (sub !== this.#userId) throw new AccountChanged("Somebody else is signed in now.");
    const lifetime = (exp - iat) * 1000;
    // Of a short one a fifth of its life, and the second that whole seconds may have cut off.
    return { token, renewAt: asked + lifetime - Math.min(MARGIN, lifetime / 5 + 1000) };
  }
}

/** What the token says of itself, to know when to renew it. Whether it is true is for the API to judge. */
function claims(token: string): { sub: string; iat: number; exp: number } {
  try {
    const payload = token.split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new Unreachable("Better Auth gave no token.", { cause: error });
  }
}
