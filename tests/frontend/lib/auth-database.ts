import { mkdirSync } from "node:fs";
import { dirname } from "node:path";

import { SqliteDialect } from "kysely";
import Database from "libsql";

import { authDatabaseFile } from "./settings";

/** Better Auth's own tables, in a file of their own: nothing of it is shared with the API. */
export const database = {
  type: "sqlite" as const,
  dialect: new SqliteDialect({
    // Opened at the first query, so that building the application leaves no file behind.
    database: async () => {
      mkdirSync(dirname(authDatabaseFile), { recursive: true });
      const opened = new Database(authDatabaseFile);
      opened.pragma("journal_mode = WAL");
      return opened;
    },
  }),
};
