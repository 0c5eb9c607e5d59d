// Counted checks, each with a sentence for its failure.

import { isDeepStrictEqual, inspect } from "node:util";
import { AssertionError } from "node:assert";

let made = 0;

export const checks = () => made;

export function holds(condition, sentence, beside = "") {
  made += 1;
  if (condition) return;
  throw new AssertionError({ message: `does not hold: ${sentence}\n${beside}` });
}

export function same(actual, expected, sentence, beside = "") {
  const difference = `expected ${inspect(expected, { depth: 6 })}\n     got ${inspect(actual, { depth: 6 })}`;
  holds(isDeepStrictEqual(actual, expected), sentence, `${difference}\n${beside}`);
}

// Checks the status of a response, and returns the response.
export function expectStatus(response, status, sentence) {
  same(response.status, status, sentence, response.described);
  if (status >= 400) problem(response, sentence);
  return response;
}

// RFC 9457, in the shape of every error of the service.
function problem(response, sentence) {
  const type = response.headers.get("content-type") ?? "";
  holds(type.startsWith("application/problem+json"), `${sentence}: as a problem`, response.described);
  const body = response.json;
  for (const member of ["type", "title", "detail", "code", "request_id"]) {
    holds(typeof body[member] === "string" && body[member] !== "", `${sentence}: ${member} is text`, response.described);
  }
  same(body.status, response.status, `${sentence}: the body repeats the status`, response.described);
  same(response.headers.get("x-request-id"), body.request_id, `${sentence}: one request id`, response.described);
}
