// The keys of manual orders, as the service makes them: letters and digits that compare byte by byte.

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const MAX_LENGTH = 64;
/** Renumbered keys leave room for the keys of later moves. */
const MAX_RENUMBERED = 48;

function keyOf(prefix: string, number: number): string {
  let text = "";
  for (let rest = number; text.length < 9; rest = Math.floor(rest / 62)) text = DIGITS[rest % 62] + text;
  return prefix + text;
}

/** The key of what comes first at this revision: before all keys of earlier ones. */
export const first = (revision: number) => keyOf("A", Number.MAX_SAFE_INTEGER - revision);

/** The key of what comes last at this revision: after all keys of earlier ones. */
export const last = (revision: number) => keyOf("C", revision);

const digit = (key: string, place: number) => (place < key.length ? DIGITS.indexOf(key[place]!) : 0);

/** The shortest key between two others. It never ends with `0`, as there is no key between `x` and `x0`. */
export function between(low: string, high: string): string | undefined {
  if (low >= high) return undefined;
  for (let length = 0, start = "", same = true; length < MAX_LENGTH; length += 1) {
    const from = digit(low, length) + 1;
    const below = !same ? 62 : digit(high, length) + (/[^0]/.test(high.slice(length + 1)) ? 1 : 0);
    if (from < below) return start + DIGITS[Math.floor((from + below - 1) / 2)];
    start += DIGITS[from - 1];
    same &&= digit(low, length) === digit(high, length);
  }
  return undefined;
}

/** So many keys between two others, in order. */
function spread(low: string, high: string, number: number): string[] | undefined {
  if (!number) return [];
  const middle = between(low, high);
  if (!middle || middle.length > MAX_RENUMBERED) return undefined;
  const [below, above] = [spread(low, middle, Math.floor((number - 1) / 2)), spread(middle, high, Math.floor(number / 2))];
  return below && above && [...below, middle, ...above];
}

/** The key that brings an item before the other one at this index, and the new keys of others, by their indexes. */
export function placeBefore(others: string[], index: number, next: number): { key: string; renumbered: [number, string][] } {
  const [low, high] = [others[index - 1], others[index]];
  const key = high === undefined ? (low === undefined ? first(next) : last(next)) : low === undefined ? first(next) : between(low, high);
  if (key) return { key, renumbered: [] };
  for (let neighbours = 1; ; neighbours *= 2) {
    const [start, end] = [Math.max(index - neighbours, 0), Math.min(index + neighbours, others.length)];
    const keys = spread(others[start - 1] ?? first(next), others[end] ?? last(next), end - start + 1);
    const [own] = keys?.splice(index - start, 1) ?? [];
    if (keys && own) return { key: own, renumbered: keys.map((key, place) => [start + place, key]) };
  }
}
