// Due dates: a date (`2026-12-24`, all day) or a date-time in UTC. Both are shown in the time zone of the browser.

/** What the fields of a form contain: a date and a time of this time zone; empty if there is none. */
export interface DueFields {
  date: string;
  time: string;
}

const isDay = (due: string) => due.length === "2026-12-24".length;

export function dueFieldsOf(due: string | null): DueFields {
  if (!due) return { date: "", time: "" };
  if (isDay(due)) return { date: due, time: "" };
  const at = new Date(due);
  return { date: dayOf(at), time: [at.getHours(), at.getMinutes()].map((part) => padded(part, 2)).join(":") };
}

/** The due date of these fields. A time alone is none. */
export function dueOf({ date, time }: DueFields): string | null {
  if (!date || !time) return date || null;
  return new Date(`${date}T${time}`).toISOString();
}

/** Whether it has passed at this moment: a day when it has ended. */
export function isPast(due: string, now: number): boolean {
  return isDay(due) ? due < dayOf(new Date(now)) : Date.parse(due) < now;
}

/** The day of it, as a date in the time zone of the browser. */
export function dueDay(due: string): string {
  return isDay(due) ? due : dayOf(new Date(due));
}

/** The date so many days after today. */
export function dayAfter(days: number): string {
  const at = new Date();
  at.setDate(at.getDate() + days);
  return dayOf(at);
}

/** The time zone of the browser, for the API. */
export const timeZone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** A short text, such as “tomorrow” or “Dec 24, 6:00 PM”. */
export function dueText(due: string, now: number): string {
  const at = new Date(isDay(due) ? `${due}T00:00` : due);
  const today = new Date(now);
  const isThisYear = at.getFullYear() === today.getFullYear();
  const names = [-1, 0, 1].map((days) => dayOf(new Date(today.getFullYear(), today.getMonth(), today.getDate() + days)));
  const name = ["yesterday", "today", "tomorrow"][names.indexOf(dayOf(at))];
  const date = { month: "short", day: "numeric", year: isThisYear ? undefined : "numeric" } as const;
  const text = name ?? new Intl.DateTimeFormat("en", date).format(at);
  if (isDay(due)) return text;
  return `${text}, ${new Intl.DateTimeFormat("en", { timeStyle: "short" }).format(at)}`;
}

function dayOf(at: Date): string {
  return [padded(at.getFullYear(), 4), padded(at.getMonth() + 1, 2), padded(at.getDate(), 2)].join("-");
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, "0");
}
