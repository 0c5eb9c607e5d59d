import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

import { SqliteDialect } from "kysely";
import Database from "libsql";

import { authDatabaseFile } from "./settings";

/** Better Auth's database: a separate file, not shared with the API. */
export const database = {
  type: "sqlite" as const,
  dialect: new SqliteDialect({
    // Opened at the first query, so that the build creates no file.
    database: async () => {
      mkdirSync(dirname(authDatabaseFile), { recursive: true });
      const sqlite = new Database(authDatabaseFile);
      sqlite.pragma("journal_mode = WAL");
      return sqlite;
    },
  }),
};
