import { useSyncExternalStore } from "react";

/** The current time in milliseconds, by the minute. Undefined on the server, which does not know the user's time zone. */
export function useNow(): number | undefined {
  return useSyncExternalStore(everyMinute, minute, () => undefined);
}

function everyMinute(onChange: () => void) {
  const timer = setInterval(onChange, 10_000);
  return () => clearInterval(timer);
}

function minute(): number {
  return Math.floor(Date.now() / 60_000) * 60_000;
}
