import { tasknook } from "tasknook-client/next";

import { auth } from "./auth";
import { apiUrl } from "./settings";

export const { currentSession, currentClient } = tasknook({ auth, baseUrl: apiUrl });
