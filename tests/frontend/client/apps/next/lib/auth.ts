import { betterAuth } from "better-auth";
import { jwt } from "better-auth/plugins";
import { SqliteDialect } from "kysely";
import Database from "libsql";

export const auth = betterAuth({
  database: {
    type: "sqlite",
    // Opened at the first query, so that the build creates no file.
    dialect: new SqliteDialect({ database: async () => new Database(process.env.AUTH_DATABASE ?? "auth.db") }),
  },
  // Every request of the browser refreshes the session, so that a test sees which ones do.
  session: { updateAge: 0 },
  emailAndPassword: { enabled: true },
  plugins: [jwt()],
});
