import { Rejection } from "./problem.ts";
import type { Incoming } from "./request.ts";
import type { Match, Reply } from "./routes.ts";
import { encode } from "./text.ts";

const KEYS_MAX = 10_000;
/** A day, in milliseconds. */
const LIFETIME = 86_400_000;

/** A response that is recorded under an idempotency key. */
interface Recorded {
  request: string;
  reply: Reply;
  at: number;
}

/** The responses to requests with an idempotency key, by user and key. */
export class RecordedReplies {
  readonly #users = new Map<string, Map<string, Recorded>>();

  /** Executes a request once, and then returns the same reply. */
  once(userId: string, key: string, { query, body }: Incoming, { pattern, id }: Match, now: number, execute: () => Reply): Reply {
    const keys = this.#users.get(userId) ?? new Map<string, Recorded>();
    const request = [pattern, id, query, encode(new TextDecoder().decode(body))].join("\n");
    const recorded = keys.get(key);
    if (recorded && now - recorded.at < LIFETIME) {
      const { headers } = recorded.reply;
      if (recorded.request === request) return { ...recorded.reply, headers: { ...headers, "Idempotency-Replayed": "true" } };
      const detail = "The Idempotency-Key was used for a request with another route, query or body; send a new key.";
      throw new Rejection("idempotency_key_reused", detail);
    }
    const reply = execute();
    keys.delete(key);
    this.#users.set(userId, keys.set(key, { request, reply, at: now }));
    if (keys.size > KEYS_MAX) keys.delete(keys.keys().next().value!);
    return reply;
  }

  /** Discards the keys of a user, or of all. */
  clear(userId?: string): void {
    if (userId === undefined) this.#users.clear();
    else this.#users.delete(userId);
  }
}

/** The key of a request, which only a POST has. */
export function keyOf({ method, headers }: Incoming): string | undefined {
  const sent = method === "POST" ? headers.get("Idempotency-Key") : null;
  if (sent === null) return undefined;
  const key = sent.replace(/^"(.*)"$/, "$1");
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new Rejection("malformed_request", "Idempotency-Key must be sent once, with 1 to 255 visible ASCII characters.");
}
