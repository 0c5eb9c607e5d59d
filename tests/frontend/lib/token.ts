import { AccountChanged, Unreachable } from "./problem";

/** Milliseconds before its expiry at which a token is renewed. */
const MARGIN = 60_000;

interface CachedToken {
  token: string;
  /** Milliseconds on the monotonic clock. */
  renewAt: number;
}

/**
 * The token of one signed-in user, kept only in memory. Concurrent calls share one request for it, and it is renewed
 * before it expires.
 *
 * Its lifetime is `exp - iat`, measured from the request on a monotonic clock, so a wrong clock on this device neither
 * keeps a token too long nor renews it at every call. (The monotonic clock may stop while a laptop sleeps; then the API
 * rejects the token, and `replace` requests another.)
 */
export class Token {
  readonly #userId: string;
  readonly #fetch: () => Promise<string>;
  readonly #now: () => number;
  #cached?: CachedToken;
  #pending?: Promise<CachedToken>;

  constructor(userId: string, fetch: () => Promise<string>, now = () => performance.now()) {
    this.#userId = userId;
    this.#fetch = fetch;
    this.#now = now;
  }

  /** A token that does not expire soon. */
  async get(): Promise<string> {
    if (this.#cached && this.#now() < this.#cached.renewAt) return this.#cached.token;
    return (await this.#renew()).token;
  }

  /** A token other than this one, which the API rejected. */
  async replace(rejected: string): Promise<string> {
    if (this.#cached?.token === rejected) this.#cached = undefined;
    return this.get();
  }

  /** Discards the token. */
  reset(): void {
    this.#cached = undefined;
    this.#pending = undefined;
  }

  #renew(): Promise<CachedToken> {
    if (this.#pending) return this.#pending;
    const pending = this.#request();
    this.#pending = pending;
    const finish = (received?: CachedToken) => {
      // A token that was requested before a reset is not kept.
      if (this.#pending !== pending) return;
      this.#cached = received;
      this.#pending = undefined;
    };
    pending.then(finish, () => finish());
    return pending;
  }

  async #request(): Promise<CachedToken> {
    const requestedAt = this.#now();
    const token = await this.#fetch();
    const { sub, iat, exp } = claims(token);
    if (sub !== this.#userId) throw new AccountChanged("Another account is signed in now.");
    const lifetime = (exp - iat) * 1000;
    // For a short lifetime: a fifth of it, and one second, because `iat` and `exp` are whole seconds.
    return { token, renewAt: requestedAt + lifetime - Math.min(MARGIN, lifetime / 5 + 1000) };
  }
}

/** The claims of the token, not verified: the API does that. */
function claims(token: string): { sub: string; iat: number; exp: number } {
  try {
    const payload = token.split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/");
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new Unreachable("Better Auth returned no token.", { cause: error });
  }
}
