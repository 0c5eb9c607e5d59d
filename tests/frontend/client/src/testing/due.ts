// Due dates: days and moments.

const DAY = 86_400_000;
const FORM = /^(\d{4})-(\d\d)-(\d\d)(?:[Tt](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(?:[Zz]|([+-])(\d\d):(\d\d))?)?$/;

type Parsed = { text: string; isCut: boolean } | { error: string; type: string };

/** Reads a day or a moment, in UTC with milliseconds. */
export function parseDue(text: string): Parsed {
  const found = FORM.exec(text);
  if (!found) return { error: "must be a date like 2026-12-24 or a date-time like 2026-12-24T18:00:00Z", type: "datetime_parsing" };
  const year = { error: "must be in the years 1 to 9999, also in UTC", type: "value_error" };
  const [y, month, day, hour = 0, minute = 0, second = 0, , , zoneHour = 0, zoneMinute = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0));
  if (!y) return year;
  const date = new Date(0);
  date.setUTCFullYear(y, month! - 1, day);
  const exists = date.getUTCMonth() === month! - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  if (!exists || zoneHour > 23 || zoneMinute > 59) return { error: "must be a date and time that exist", type: "value_error" };
  if (found[4] === undefined) return { text, isCut: false };
  const fraction = found[7] ?? "";
  date.setUTCHours(hour, minute, second, Number(fraction.padEnd(3, "0").slice(0, 3)));
  const offset = (found[8] === "-" ? -1 : 1) * (zoneHour * 60 + zoneMinute) * 60_000;
  const utc = new Date(date.getTime() - offset);
  if (utc.getUTCFullYear() < 1 || utc.getUTCFullYear() > 9999) return year;
  return { text: utc.toISOString(), isCut: /[^0]/.test(fraction.slice(3)) };
}

const isDay = (due: string) => due.length === 10;

/** The order by due date: a day counts as midnight UTC, and precedes moments of that instant. */
export const sortKeyOf = (due: string) => 2 * Date.parse(due) + (isDay(due) ? 0 : 1);

/** A time zone, in which days begin and end. */
export class Zone {
  readonly #format: Intl.DateTimeFormat;

  constructor(name: string) {
    const parts = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" } as const;
    this.#format = new Intl.DateTimeFormat("en-US", { timeZone: name, hourCycle: "h23", ...parts });
    const { timeZone } = this.#format.resolvedOptions();
    if (!/^[A-Z]/.test(name) || (timeZone !== name && timeZone.toLowerCase() === name.toLowerCase())) throw new RangeError(name);
  }

  /** What a clock there shows, as milliseconds. */
  #local(moment: number): number {
    const parts = Object.fromEntries(this.#format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(parts.year!, parts.month! - 1, parts.day, parts.hour, parts.minute, parts.second) + (((moment % 1000) + 1000) % 1000);
  }

  /** The first moment of a day, which is the end of a gap at midnight. */
  #begin(day: number): number {
    const offsets = [day - DAY, day + DAY].map((moment) => this.#local(moment) - moment);
    const candidates = offsets.map((offset) => day - offset).sort((one, other) => one - other);
    return candidates.find((moment) => this.#local(moment) >= day) ?? candidates[1]!;
  }

  /** The moment for which a day or moment stands in filters. */
  momentOf(due: string): number {
    return isDay(due) ? this.#begin(Date.parse(due)) : Date.parse(due);
  }

  /** Whether it was due before now; a day after it has ended. */
  isOver(due: string, now: number): boolean {
    return isDay(due) ? Date.parse(due) + DAY <= this.#local(now) : Date.parse(due) < now;
  }
}
