// Checks that are counted, and that say in a sentence what did not hold.

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

// An answer of the expected status; the answer again.
export function answers(answer, status, sentence) {
  same(answer.status, status, sentence, answer.described);
  if (status >= 400) problem(answer, sentence);
  return answer;
}

// RFC 9457, in the one shape that every error of the service has.
function problem(answer, sentence) {
  const type = answer.headers.get("content-type") ?? "";
  holds(type.startsWith("application/problem+json"), `${sentence}: as a problem`, answer.described);
  const body = answer.json;
  for (const member of ["type", "title", "detail", "code", "request_id"]) {
    holds(typeof body[member] === "string" && body[member] !== "", `${sentence}: ${member} is text`, answer.described);
  }
  same(body.status, answer.status, `${sentence}: the body repeats the status`, answer.described);
  same(answer.headers.get("x-request-id"), body.request_id, `${sentence}: one request id`, answer.described);
}
