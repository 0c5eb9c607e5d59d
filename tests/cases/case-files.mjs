import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BESIDE_THE_REPOSITORY = fileURLToPath(new URL('../../../shared/cases', import.meta.url));
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Reads a case file, or says that there is none and ends the program: the files are no part of this repository. */
export function loadCases(name) {
  const path = join(process.env.TASKNOOK_CASES ?? BESIDE_THE_REPOSITORY, name);
  if (!existsSync(path)) {
    console.log('the case files are not beside this repository: nothing was run');
    process.exit(0);
  }
  return parseExactly(readFileSync(path, 'utf8'));
}

/** A number that a double cannot hold, by its digits. */
export class ExactNumber {
  constructor(digits) {
    this.digits = digits;
  }
}

// JSON.parse rounds 18446744073709551615, and the last digit is the point of the cases that hold it.
function parseExactly(text) {
  const marked = text.replace(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : `{"@exact":"${token}"}`);
  return JSON.parse(marked, (_, value) => (value?.['@exact'] === undefined ? value : new ExactNumber(value['@exact'])));
}
