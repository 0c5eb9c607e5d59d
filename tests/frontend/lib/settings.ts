/** The URL of the API for this server. */
export const apiUrl = process.env.TASKNOOK_URL || "http://localhost:8000";

/** The URL of the API for browsers: the same (with this origin in `cors.origins`), or `/backend` (see `proxy.ts`). */
export const browserApiUrl = process.env.TASKNOOK_BROWSER_URL || apiUrl;

/** The file of Better Auth's database. */
export const authDatabaseFile = process.env.AUTH_DATABASE || "data/auth.db";

/** Whether the tokens for the API are signed with BETTER_AUTH_SECRET instead of a key pair. */
export const signedWithSecret = process.env.TOKENS_SIGNED_WITH === "secret";

/** Whether new users begin with a few example tasks. */
export const exampleTasks = process.env.EXAMPLE_TASKS === "true";

/** The lifetime of a token; the default is that of Better Auth. */
export const tokenLifetime = process.env.TOKEN_LIFETIME || "15m";
