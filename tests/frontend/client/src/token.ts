import { abortable } from "./abort.ts";
import { AccountChanged, SignedOut, Unreachable } from "./problem.ts";

/** Milliseconds before its expiry at which a token is renewed. */
const MARGIN = 60_000;

/** Returns a new token of the user. The signal is aborted if that takes longer than `timeoutMs`. */
export type FetchToken = (signal: AbortSignal) => Promise<string>;

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
  readonly #fetch: FetchToken;
  readonly #now: () => number;
  readonly #timeoutMs: number;
  #cached?: CachedToken;
  #pending?: Promise<CachedToken>;

  constructor(userId: string, fetch: FetchToken, now = () => performance.now(), timeoutMs = 20_000) {
    this.#userId = userId;
    this.#fetch = fetch;
    this.#now = now;
    this.#timeoutMs = timeoutMs;
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
    const token = await this.#fetched();
    const { sub, iat, exp } = claims(token);
    if (sub !== this.#userId) throw new AccountChanged("Another account is signed in now.");
    const lifetime = (exp - iat) * 1000;
    // For a short lifetime: a fifth of it, and one second, because `iat` and `exp` are whole seconds.
    return { token, renewAt: requestedAt + lifetime - Math.min(MARGIN, lifetime / 5 + 1000) };
  }

  async #fetched(): Promise<string> {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), this.#timeoutMs);
    try {
      return await abortable(this.#fetch(controller.signal), controller.signal);
    } catch (error) {
      if (error instanceof SignedOut || error instanceof AccountChanged || error instanceof Unreachable) throw error;
      throw new Unreachable("The sign-in service cannot be reached.", { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The claims of the token, not verified: the API does that. */
function claims(token: string): { sub: string; iat: number; exp: number } {
  try {
    const payload = token.split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/");
    // React Native has no `TextDecoder`.
    const bytes = Array.from(atob(payload), (char) => `%${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
    const { sub, iat, exp } = JSON.parse(decodeURIComponent(bytes.join("")));
    return { sub, iat, exp };
  } catch (error) {
    throw new Unreachable("Better Auth returned no token.", { cause: error });
  }
}

/** Requests a token for the current session from Better Auth on this origin. */
export async function fetchSessionToken(signal: AbortSignal): Promise<string> {
  const response = await fetch("/api/auth/token", { cache: "no-store", signal });
  if (response.status === 401) throw new SignedOut("You are not signed in.");
  if (!response.ok) throw new Unreachable(`The sign-in service returned status ${response.status}.${hintOf(response)}`);
  const { token }: { token: string } = await response.json();
  return token;
}

/** The usual mistakes while it is set up. */
function hintOf({ status }: Response): string {
  if (status === 404) return " Is the plugin jwt() added to Better Auth, and is its route /api/auth?";
  return status === 500 ? " Is the table of the plugin jwt() created (npx auth migrate)?" : "";
}
