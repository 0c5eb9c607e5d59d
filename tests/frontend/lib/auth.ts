import { betterAuth } from "better-auth";
import { jwt } from "better-auth/plugins";

import { database } from "./auth-database";
import { secretTokens } from "./secret-tokens";
import { signedWithSecret, tokenLifetime } from "./settings";

/** Better Auth on the server. It reads BETTER_AUTH_SECRET and BETTER_AUTH_URL itself. */
export const auth = betterAuth({
  database,
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  // Both provide `/api/auth/token`. `secretTokens` signs with the secret, `jwt` with a key pair published at `/api/auth/jwks`.
  plugins: [signedWithSecret ? secretTokens(tokenLifetime) : jwt({ jwt: { expirationTime: tokenLifetime } })],
});
