import { jwt } from "better-auth/plugins";
import { SignJWT } from "jose";

/** Better Auth's `jwt()`, signing with BETTER_AUTH_SECRET (HS256) instead of a key of its own. */
export function secretTokens(expirationTime: string) {
  // Unset while Next.js builds, and then nothing is signed.
  const url = process.env.BETTER_AUTH_URL ? new URL(process.env.BETTER_AUTH_URL).origin : undefined;
  const key = new TextEncoder().encode(process.env.BETTER_AUTH_SECRET);
  return jwt({
    // Better Auth wants to know of keys elsewhere beside a signer of one's own. Nobody fetches them.
    jwks: { remoteUrl: `${url}/no-keys`, keyPairConfig: { alg: "EdDSA" } },
    jwt: {
      issuer: url,
      audience: url,
      expirationTime,
      definePayload: ({ user }) => ({ email: user.email, name: user.name }),
      sign: (claims) => new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(key),
    },
  });
}
