import type { Metadata } from "next";
import { redirect } from "next/navigation";

import { SessionProvider } from "@/components/account/session";
import { TasksPage } from "@/components/tasks/tasks-page";
import { apiOfRequest, currentSession } from "@/lib/api-server";
import { browserApiUrl } from "@/lib/settings";
import { filterOf, queryOf } from "@/lib/task-filter";

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
  const api = await apiOfRequest(id);
  // On any error, the browser repeats the request and shows the result.
  const page = await api.list(queryOf(filter), AbortSignal.timeout(LIST_TIMEOUT)).catch(() => undefined);
  return (
    <SessionProvider
      key={session.session.id}
      user={{ id, name, email }}
      apiUrl={browserApiUrl}
      first={page && { filter, page }}
    >
      <TasksPage />
    </SessionProvider>
  );
}
