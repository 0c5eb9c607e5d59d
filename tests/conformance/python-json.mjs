import { ExactNumber } from './load-cases.mjs';

/** JSON text as Python's `json.dumps(value, ensure_ascii=False)` writes it: the recipes are in terms of that text. */
export function dumps(value) {
  if (value instanceof ExactNumber) return value.digits;
  if (Array.isArray(value)) return `[${value.map(dumps).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${dumps(member)}`);
  return `{${members.join(', ')}}`;
}
