// Why the API rejected a write, in sentences.

import type { FieldError } from "tasknook-client";
import type { Rejection } from "tasknook-client/offline";

const NAMES: Record<string, string> = { due_date: "due date", list_id: "list", completed: "status" };

function sentence({ loc, msg, type }: FieldError): string {
  const member = String(loc.at(-1));
  if (member === "list_id" && type === "unknown_id") return "The list does not exist any more.";
  return `The ${NAMES[member] ?? member} ${msg}.`;
}

/** All of it. */
export function rejectionText({ errors, message }: Rejection): string {
  return errors.length ? errors.map(sentence).join(" ") : message;
}

/** What is wrong with a member, such as `title`. */
export function rejectionOf(problem: Rejection | undefined, member: string): string | undefined {
  const error = problem?.errors.find(({ loc }) => loc.at(-1) === member);
  return error && sentence(error);
}
