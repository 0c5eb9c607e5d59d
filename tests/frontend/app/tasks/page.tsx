import type { Metadata } from "next";
import { redirect } from "next/navigation";

import { SessionProvider } from "@/components/account/session";
import { TasksPage } from "@/components/tasks/tasks-page";
import type { Page } from "tasknook-client";
import { currentClient, currentSession } from "@/lib/api-server";
import { browserApiUrl } from "@/lib/settings";
import { filterOf, needsTimeZone, queryOf, type TaskFilter } from "@/lib/task-filter";

export const metadata: Metadata = { title: "Tasks" };

/** Milliseconds to wait for the API; after that, the page is rendered without tasks and the browser loads them. */
const LIST_TIMEOUT = 2000;

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function Tasks({ searchParams }: Props) {
  const session = await currentSession();
  if (!session) redirect("/sign-in");
  const { id, name, email } = session.user;
  const filter = filterOf(await searchParams);
  const page = needsTimeZone(filter) ? undefined : await firstPage(filter);
  return (
    <SessionProvider key={session.session.id} user={{ id, name, email }} apiUrl={browserApiUrl}>
      <TasksPage initialPage={page} />
    </SessionProvider>
  );
}

async function firstPage(filter: TaskFilter): Promise<Page | undefined> {
  const api = await currentClient();
  // On any error, the browser repeats the request and shows the result.
  return api.list(queryOf(filter), { signal: AbortSignal.timeout(LIST_TIMEOUT) }).catch(() => undefined);
}
