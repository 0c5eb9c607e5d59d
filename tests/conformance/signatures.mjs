import { constants, createHmac, sign as signWith } from 'node:crypto';
import { KEYS, OCT_SECRET, SECRET, publicEncodings } from './keys.mjs';

const sharedSecrets = {
  S: SECRET,
  EMPTY: '',
  S_B64DECODED: Buffer.from(SECRET, 'base64'),
  OCT1: OCT_SECRET,
};

function sharedSecret(name) {
  if (name.startsWith('PUB:')) return publicEncodings[name.slice(4)]();
  if (name.startsWith('TEXT:')) return name.slice(5);
  return sharedSecrets[name];
}

/** The raw signature of `message`, by an algorithm and a key of the case files' vocabulary. */
export function sign(message, { alg, key }) {
  const hash = `sha${alg.slice(2, 5)}`;
  if (alg.startsWith('HS')) return createHmac(hash, sharedSecret(key)).update(message).digest();
  const bytes = Buffer.from(message);
  const { privateKey } = KEYS[key];
  if (alg === 'EdDSA') return signWith(null, bytes, privateKey);
  if (alg === 'ES256') return signWith(hash, bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  if (alg === 'ES256-DER') return signWith(hash, bytes, { key: privateKey, dsaEncoding: 'der' });
  if (alg.startsWith('RS')) return signWith(hash, bytes, privateKey);
  return signWith(hash, bytes, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
}
