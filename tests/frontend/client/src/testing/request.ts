import type { Json } from "./members.ts";
import type { Condition } from "./owner.ts";
import { invalidAt, Rejection } from "./problem.ts";

/** A request as it arrived. */
export interface Incoming {
  method: string;
  /** The path and the query, not decoded. */
  path: string;
  query: string;
  headers: Headers;
  body: Uint8Array;
}

/** Reads what `fetch` was called with. */
export async function incomingOf(input: string | URL | Request, init: RequestInit = {}): Promise<Incoming> {
  const request = typeof input === "object" && "headers" in input ? input : undefined;
  const url = (request ? request.url : String(input)).replace(/^[a-z]+:\/\/[^/?#]*/i, "").replace(/#.*/s, "");
  const [path, ...query] = url.split("?");
  const body = init.body ?? (request?.body ? await request.clone().arrayBuffer() : undefined);
  const sent = new Response(body);
  const headers = new Headers(init.headers ?? request?.headers);
  // As `fetch` does for text.
  const type = sent.headers.get("Content-Type");
  if (type && body && !headers.has("Content-Type")) headers.set("Content-Type", type);
  const method = init.method ?? request?.method ?? "GET";
  return { method, path: path || "/", query: query.join("?"), headers, body: new Uint8Array(await sent.arrayBuffer()) };
}

const JSON_TYPE = "application/json";
export const MERGE_PATCH_TYPES = `${JSON_TYPE}, application/merge-patch+json`;

/** Rejects a body that is too large or compressed. */
export function checkBody({ body, headers }: Incoming, limit: number): void {
  const encoding = headers.get("Content-Encoding")?.trim().toLowerCase() || "identity";
  if (encoding !== "identity") {
    const detail = "A body may be compressed with gzip, once, and with no other encoding.";
    throw new Rejection("unsupported_media_type", detail, {}, { "Accept-Encoding": "gzip" });
  }
  if (body.length > limit) throw new Rejection("body_too_large", `The body is larger than ${limit} bytes.`);
}

/** The JSON object in the body. */
export function objectOf(request: Incoming, types = JSON_TYPE): Json {
  const [essence, ...parameters] = (request.headers.get("Content-Type") ?? "").split(";").map((part) => part.trim().toLowerCase());
  const isOtherCharset = parameters.some((parameter) => parameter.startsWith("charset=") && !/^charset="?utf-8"?$/.test(parameter));
  if (!types.split(", ").includes(essence!) || isOtherCharset) {
    throw new Rejection("unsupported_media_type", `The body must be sent as Content-Type: ${types}.`, {}, { Accept: types });
  }
  return asObject(parse(request.body), ["body"]);
}

/** A value as an object. */
export function asObject(value: unknown, loc: (string | number)[]): Json {
  if (typeof value === "object" && value && !Array.isArray(value)) return value as Json;
  throw invalidAt(loc, "must be a JSON object", "object_type");
}

function parse(body: Uint8Array): unknown {
  if (!body.length) throw new Rejection("invalid_json", "The body is empty, but must be a JSON object.");
  const isText = (value: unknown) => typeof value !== "string" || !/\p{Surrogate}/u.test(value);
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    return JSON.parse(text, (_, value: unknown) => {
      if (isText(value)) return value;
      throw new SyntaxError("A lone surrogate");
    });
  } catch {
    throw new Rejection("invalid_json", "The body is not well-formed JSON.");
  }
}

/** The condition of a request for one object. */
export function conditionOf(headers: Headers): Condition {
  const match = tagsOf(headers, "if-match", true);
  const noneMatch = tagsOf(headers, "if-none-match", false);
  const allows = (revision: number) => (!match || match(revision)) && !noneMatch?.(revision);
  return { allows, requiresAbsence: !match && headers.get("If-None-Match")?.trim() === "*" };
}

/** Whether a GET has nothing new; throws if its `If-Match` fails. */
export function isUnchanged(headers: Headers, object: { revision: number }, check: (condition: Condition) => void): boolean {
  const match = tagsOf(headers, "if-match", true);
  if (match) check({ allows: match });
  return Boolean(tagsOf(headers, "if-none-match", false)?.(object.revision));
}

/** Whether a revision is among the tags of a header; undefined without the header. */
function tagsOf(headers: Headers, name: string, isStrong: boolean): ((revision: number) => boolean) | undefined {
  const field = headers.get(name)?.trim();
  if (field === undefined) return undefined;
  if (field === "*") return () => true;
  const tags = field
    .split(",")
    .map((tag) => tag.trim())
    .filter(Boolean);
  if (tags.some((tag) => !/^(W\/)?"[^"]*"$/.test(tag))) {
    throw new Rejection("malformed_request", `${name} must be * or a list of quoted entity tags.`);
  }
  const known = tags.filter((tag) => !(isStrong && tag.startsWith("W/")));
  const revisions = known.map((tag) => tag.replace(/^(W\/)?"|"$/g, "").replace(/-(gzip|br|zstd|deflate)$/, ""));
  return (revision) => revisions.includes(String(revision));
}

/** Rejects a request that accepts no response of this type. */
export function checkAccept(headers: Headers, type: string): void {
  const ranges = (headers.get("Accept") ?? "*/*")
    .toLowerCase()
    .split(",")
    .map((range) => range.trim())
    .filter((range) => /^[^;/]+\/[^;/]+/.test(range));
  const [main] = type.split("/");
  const levels = [type, `${main}/*`, "*/*"].map((name) => ranges.find((range) => range.split(";")[0]!.trim() === name));
  const best = levels.find((range) => range !== undefined);
  const isExcluded = best === undefined ? ranges.length > 0 : /;\s*q=0(\.0*)?\s*$/.test(best);
  if (isExcluded) throw new Rejection("not_acceptable", `Responses are ${type}.`);
}
