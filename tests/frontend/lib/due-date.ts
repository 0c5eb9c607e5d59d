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

/** Decides whether a due date is before a day or, if it has a time, before a moment. */
const isBefore = (day: string, time: number) => (due: string) => isDay(due) ? due < day : Date.parse(due) < time;

/** Decides whether a due date has passed at this moment: a day when it has ended. */
export const isPast = (now: number) => isBefore(dayOf(new Date(now)), now);

/** Decides whether a due date is at most so many days after today. */
export function isWithin(days: number): (due: string) => boolean {
  const next = dayAfter(days + 1);
  return isBefore(next, new Date(`${next}T00:00`).getTime());
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
  const dates = at.getFullYear() === today.getFullYear() ? THIS_YEAR : ANY_YEAR;
  const names = [-1, 0, 1].map((days) => dayOf(new Date(today.getFullYear(), today.getMonth(), today.getDate() + days)));
  const name = ["yesterday", "today", "tomorrow"][names.indexOf(dayOf(at))];
  const text = name ?? dates.format(at);
  return isDay(due) ? text : `${text}, ${TIMES.format(at)}`;
}

// A formatter takes much longer to create than to use.
const THIS_YEAR = new Intl.DateTimeFormat("en", { month: "short", day: "numeric" });
const ANY_YEAR = new Intl.DateTimeFormat("en", { dateStyle: "medium" });
const TIMES = new Intl.DateTimeFormat("en", { timeStyle: "short" });

function dayOf(at: Date): string {
  return [padded(at.getFullYear(), 4), padded(at.getMonth() + 1, 2), padded(at.getDate(), 2)].join("-");
}

function padded(number: number, digits: number): string {
  return String(number).padStart(digits, "0");
}
