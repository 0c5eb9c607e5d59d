// `crypto` is missing in React Native, and `randomUUID` on http.
const available: Partial<Crypto> | undefined = globalThis.crypto;

/** A UUID of version 4. */
export function uuid(): string {
  if (available?.randomUUID) return available.randomUUID();
  const bytes = new Uint8Array(16);
  if (available?.getRandomValues) available.getRandomValues(bytes);
  else bytes.forEach((_, index) => (bytes[index] = Math.random() * 256));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
