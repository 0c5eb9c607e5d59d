import type { Fetch } from "../src/index.ts";

/** A request to both APIs; `{0}` is the first id that the API returned, `{1}` the second one. */
export interface Step {
  method: string;
  /** Below `/api/{user_id}`, unless it begins with `/api`. */
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
}

const HEADERS = ["allow", "content-type", "etag", "idempotency-replayed", "location", "preference-applied", "www-authenticate"];
const PAGE_HEADERS = ["x-changed-since", "x-next-cursor", "x-total-count"];
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** One of the APIs, whose ids and times are made comparable. */
export class Side {
  readonly ids: string[] = [];
  readonly #fetch: Fetch;
  readonly #base: string;
  readonly #owner: string;
  readonly #headers: Record<string, string>;
  /** The last response that had a cursor, and the last position. */
  #cursor = "";
  #position = "";

  constructor(fetch: Fetch, base: string, userId: string, token: string) {
    this.#fetch = fetch;
    this.#base = base;
    this.#owner = `/api/${userId}`;
    this.#headers = { Authorization: `Bearer ${token}` };
  }

  #filled(text: string): string {
    const values = { cursor: this.#cursor, position: this.#position };
    return text
      .replace(/\{(\d+)\}/g, (_, index) => this.ids[index] ?? "00000000-0000-4000-8000-000000000000")
      .replace(/\{(cursor|position)\}/g, (_, name: "cursor" | "position") => values[name]);
  }

  #plain(text: string): string {
    return text.replace(UUID, (id) => {
      if (!this.ids.includes(id)) this.ids.push(id);
      return `{${this.ids.indexOf(id)}}`;
    });
  }

  /** Sends a request, and returns what both must have in common. */
  async send({ method, path, body, headers = {} }: Step): Promise<object> {
    const sent = body === undefined ? {} : { body: this.#filled(typeof body === "string" ? body : JSON.stringify(body)) };
    const type: Record<string, string> = body === undefined ? {} : { "Content-Type": "application/json" };
    const filled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, this.#filled(value)]));
    const init = { method, headers: { ...this.#headers, ...type, ...filled }, ...sent };
    const full = path.startsWith("/api") ? path : this.#owner + path;
    const response = await this.#fetch(this.#base + this.#filled(full), init);
    const text = await response.text();
    this.#cursor = response.headers.get("X-Next-Cursor") ?? this.#cursor;
    this.#position = /"next":"([^"]*)"/.exec(text)?.[1] ?? this.#position;
    const times = /("(?:created_at|updated_at|completed_at|deleted_at)":)"[^"]*"/g;
    const opaque = /("(?:request_id|next)":)"[^"]*"/g;
    const json = text ? JSON.parse(this.#plain(text.replace(opaque, '$1"-"').replace(times, '$1"-"'))) : null;
    // It has the position in the text.
    if (json?.code === "invalid_json") json.detail = "-";
    const known = HEADERS.map((name) => response.headers.get(name)).map((value) => this.#plain(value ?? "").replace(/W\/".*"/, "W/"));
    const ofPage = PAGE_HEADERS.map((name) => response.headers.get(name)).map((value, index) => (index === 1 ? Boolean(value) : value));
    return { status: response.status, headers: known, page: ofPage, json };
  }
}
