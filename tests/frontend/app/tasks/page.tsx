import type { Metadata } from "next";
import { redirect } from "next/navigation";

import { SessionProvider } from "@/components/account/session";
import { TasksPage } from "@/components/tasks/tasks-page";
import type { Page } from "tasknook-client";
import { currentClient, currentSession } from "@/lib/api-server";
import { browserApiUrl } from "@/lib/settings";
import { queryOf, selectionOf, type Selection } from "@/lib/view";

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
  const selection = selectionOf(await searchParams);
  const initialPage = await firstPage(selection);
  return (
    <SessionProvider key={session.session.id} user={{ id, name, email }} apiUrl={browserApiUrl} initialPage={initialPage}>
      <TasksPage initialSelection={selection} />
    </SessionProvider>
  );
}

async function firstPage(selection: Selection): Promise<Page | undefined> {
  const query = queryOf(selection);
  if (!query) return undefined;
  const api = await currentClient();
  // On any error, the browser repeats the request and shows the result.
  return api.list(query, { signal: AbortSignal.timeout(LIST_TIMEOUT) }).catch(() => undefined);
}
