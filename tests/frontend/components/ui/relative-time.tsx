import { useNow } from "./use-now";

const units = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/** A time relative to now, with the full time as a tooltip. */
export function RelativeTime({ time }: { time: string }) {
  const now = useNow();
  return (
    <time dateTime={time} title={now ? fullTime(time) : undefined}>
      {now ? ago(time, now) : time.slice(0, 10)}
    </time>
  );
}

function ago(time: string, now: number): string {
  const seconds = (now - Date.parse(time)) / 1000;
  const [unit, length] = units.find(([, length]) => seconds >= length) ?? [];
  if (!unit) return "just now";
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-Math.floor(seconds / length), unit);
}

function fullTime(time: string): string {
  return new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "short" }).format(new Date(time));
}
