import { tasknook } from "tasknook-client/next";

import { auth } from "./auth";

export const { currentSession, currentClient } = tasknook({
  auth,
  baseUrl: process.env.TASKNOOK_URL ?? "http://localhost:8000",
});
