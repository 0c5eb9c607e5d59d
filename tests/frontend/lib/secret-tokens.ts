import { jwt } from "better-auth/plugins";
import { SignJWT } from "jose";

/** Better Auth's `jwt()`, signing with BETTER_AUTH_SECRET (HS256) instead of a key pair. */
export function secretTokens(expirationTime: string) {
  // Unset during the build, which signs nothing.
  const url = process.env.BETTER_AUTH_URL ? new URL(process.env.BETTER_AUTH_URL).origin : undefined;
  const key = new TextEncoder().encode(process.env.BETTER_AUTH_SECRET);
  return jwt({
    // Better Auth requires the URL of a remote key set for a custom `sign`. It is never fetched.
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
