import { betterAuth } from "better-auth";
import { anonymous, jwt } from "better-auth/plugins";

import { database } from "./auth-database";
import { secretTokens } from "./secret-tokens";
import { exampleTasks, signedWithSecret, tokenLifetime } from "./settings";
import { addExampleTasks, deleteUserData, moveUserData } from "./user-data";

/** Better Auth on the server. It reads BETTER_AUTH_SECRET and BETTER_AUTH_URL itself. */
export const auth = betterAuth({
  database,
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  // Both times: requests with a valid token may arrive between them.
  user: { deleteUser: { enabled: true, beforeDelete: deleteUserData, afterDelete: deleteUserData } },
  databaseHooks: exampleTasks ? { user: { create: { after: addExampleTasks } } } : {},
  plugins: [
    // Both provide `/api/auth/token`. `secretTokens` signs with the secret, `jwt` with a key pair published at `/api/auth/jwks`.
    signedWithSecret ? secretTokens(tokenLifetime) : jwt({ jwt: { expirationTime: tokenLifetime } }),
    anonymous({ onLinkAccount: moveUserData }),
  ],
});
