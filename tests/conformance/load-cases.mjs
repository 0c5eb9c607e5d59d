import { readFileSync } from 'node:fs';

const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Reads a file of `cases/`. A file that is missing, or that holds another number of cases than it declares, is an error. */
export function loadCases(name) {
  const { count, cases } = parseExactly(readFileSync(new URL(`cases/${name}`, import.meta.url), 'utf8'));
  if (!count || cases.length !== count) throw new Error(`${name} declares ${count} cases and holds ${cases.length}`);
  return cases;
}

/** A number that a double cannot hold, by its digits. */
export class ExactNumber {
  constructor(digits) {
    this.digits = digits;
  }
}

// JSON.parse rounds 18446744073709551615, and the cases that hold it depend on its last digit.
function parseExactly(text) {
  const marked = text.replace(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : `{"@exact":"${token}"}`);
  return JSON.parse(marked, (_, value) => (value?.['@exact'] === undefined ? value : new ExactNumber(value['@exact'])));
}
