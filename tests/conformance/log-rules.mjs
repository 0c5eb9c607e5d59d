import { SECRET, privateScalar } from './keys.mjs';

const SECRETS = [SECRET, privateScalar('ed1')];

/** What the log of a service must not contain: tokens, secrets, and lines forged by the line breaks of a request. */
export function brokenLog(lines, tokens) {
  const broken = new Set();
  const signatures = tokens.map((token) => token.split('.')[2] ?? '').filter((signature) => signature.length >= 40);
  for (const line of lines) {
    if (!isObject(line)) broken.add(`a log line is no JSON object: ${line.slice(0, 120)}`);
    if (/panicked/.test(line)) broken.add(`a panic: ${line.slice(0, 200)}`);
    if (SECRETS.some((secret) => line.includes(secret))) broken.add('the log contains a secret');
  }
  const text = lines.join('\n');
  if (signatures.some((signature) => text.includes(signature))) broken.add('the log contains a token');
  return [...broken];
}

function isObject(line) {
  try {
    return typeof JSON.parse(line) === 'object';
  } catch {
    return line === '';
  }
}
