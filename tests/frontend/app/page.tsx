import { redirect } from "next/navigation";

import { currentSession } from "@/lib/api-server";

export default async function Home() {
  redirect((await currentSession()) ? "/tasks" : "/sign-in");
}
