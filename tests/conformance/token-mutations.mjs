import { sign } from './signatures.mjs';
import { dumps } from './python-json.mjs';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const ED25519_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const base64url = (bytes) => Buffer.from(bytes).toString('base64url');

/** Changes the `index`th of the three parts. */
function changed(token, index, change) {
  const parts = token.split('.');
  parts[index] = change(parts[index]);
  return parts.join('.');
}

const withSignature = (token, bytes) => changed(token, 2, () => base64url(bytes));

function insert(token, argument) {
  const [, index, offset, text] = /^(\d+):(\d+):([^]*)$/.exec(argument);
  return changed(token, Number(index), (part) => part.slice(0, Number(offset)) + text + part.slice(Number(offset)));
}

function dropPart(token, argument) {
  return token.split('.').filter((_, index) => index !== Number(argument)).join('.');
}

function swap(token, argument) {
  const [one, other] = argument.split(':').map(Number);
  const parts = token.split('.');
  [parts[one], parts[other]] = [parts[other], parts[one]];
  return parts.join('.');
}

function flipLastBit(part) {
  return part.slice(0, -1) + ALPHABET[ALPHABET.indexOf(part.at(-1)) ^ 1];
}

function flipPayloadBit(token, payload) {
  const bytes = Buffer.from(payload);
  bytes[10] ^= 1;
  return changed(token, 1, () => base64url(bytes));
}

function littleEndian(bytes) {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

function plusOrder(signature) {
  const sum = (littleEndian(signature.subarray(32)) + ED25519_ORDER).toString(16).padStart(64, '0');
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(sum, 'hex').reverse()]);
}

/** The same token in the other base64 alphabet. Signed anew until its signature has a character that differs. */
function standardAlphabet(made) {
  let { message, signature } = made;
  for (let attempt = 1; !/[-_]/.test(base64url(signature)); attempt += 1) {
    message = `${made.header}.${base64url(dumps({ ...made.claims, j: attempt }))}`;
    signature = sign(message, made.signer);
  }
  return `${message}.${base64url(signature)}`.replaceAll('-', '+').replaceAll('_', '/');
}

function flattened(token) {
  const [header, payload, signature] = token.split('.');
  return dumps({ protected: header, payload, signature });
}

/** What may be done to a finished token: each takes it, its argument, and how it was made. */
export const mutations = {
  append: (token, text) => token + text,
  flip_last_bits: (token, index) => changed(token, Number(index), flipLastBit),
  pad_part: (token, index) => changed(token, Number(index), (part) => `${part}=`),
  std_alphabet: (token, _, made) => standardAlphabet(made),
  insert,
  drop_part: dropPart,
  only_part: (token, index) => token.split('.')[Number(index)],
  empty_part: (token, index) => changed(token, Number(index), () => ''),
  swap,
  truncate_sig: (token, length, made) => withSignature(token, made.signature.subarray(0, Number(length))),
  sig_append_zero: (token, _, made) => withSignature(token, Buffer.concat([made.signature, Buffer.alloc(1)])),
  sig_zero: (token, _, made) => withSignature(token, Buffer.alloc(made.signature.length)),
  flip_payload_bit: (token, _, made) => flipPayloadBit(token, made.payload),
  sig_from_other: (token, _, made) => withSignature(token, sign('other', made.signer)),
  ed_s_plus_l: (token, _, made) => withSignature(token, plusOrder(made.signature)),
  json_flattened: flattened,
};
