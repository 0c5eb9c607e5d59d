import { SECRET, privateScalar } from './keys.mjs';

const SECRETS = [SECRET, privateScalar('ed1')];

/** What the log of a service must not hold: tokens, secrets, lines that somebody else's line breaks forged. */
export function brokenLog(lines, tokens) {
  const broken = new Set();
  const signatures = tokens.map((token) => token.split('.')[2] ?? '').filter((signature) => signature.length >= 40);
  for (const line of lines) {
    if (!isObject(line)) broken.add(`a log line is no JSON object: ${line.slice(0, 120)}`);
    if (/panicked/.test(line)) broken.add(`a panic: ${line.slice(0, 200)}`);
    if (SECRETS.some((secret) => line.includes(secret))) broken.add('a secret stands in the log');
  }
  const text = lines.join('\n');
  if (signatures.some((signature) => text.includes(signature))) broken.add('a token stands in the log');
  return [...broken];
}

function isObject(line) {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return line === '';
  }
}
