"use client";

import { useMemo, useRef, useState } from "react";

import { useUser } from "@/components/account/session";
import { AppShell } from "@/components/shell/app-shell";
import { Sidebar } from "@/components/shell/sidebar";
import { SyncState } from "@/components/shell/sync-state";
import { usePaletteShortcut } from "@/components/shell/use-palette-shortcut";
import { ViewHeader } from "@/components/shell/view-header";
import { useSnapshot } from "@/components/store/store";
import { NoticeProvider } from "@/components/ui/notices";
import { useNow } from "@/components/ui/use-now";
import { useShortcuts } from "@/components/ui/use-shortcuts";
import { countsOf } from "@/lib/counts";
import { select, titleOf, type Selection, type View } from "@/lib/view";

import { OpenDialog, type Dialog } from "./open-dialog";
import { useDropTask } from "./use-drop-task";
import { useSelection } from "./use-selection";
import { useSync } from "./use-sync";
import { Banners } from "./banners";
import { TasksOfView } from "./tasks-of-view";
import { TrashOfUser } from "./trash-of-user";

/** The tasks of the signed-in user. */
export function TasksPage({ initialSelection }: { initialSelection: Selection }) {
  return (
    <NoticeProvider>
      <Tasks initialSelection={initialSelection} />
    </NoticeProvider>
  );
}

function Tasks({ initialSelection }: { initialSelection: Selection }) {
  const user = useUser();
  const [tasks, lists, isLoaded] = [useSnapshot("tasks"), useSnapshot("lists"), useSnapshot("isLoaded")];
  const [dialog, setDialog] = useState<Dialog>();
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const [editing, setEditing] = useState<string>();
  const search = useRef<HTMLInputElement>(null);
  const [selection, setSelection] = useSelection(initialSelection, search);
  const newTask = useRef<HTMLInputElement>(null);
  const dropTask = useDropTask();

  const now = useNow();
  const counts = useMemo(() => (isLoaded ? countsOf(tasks, now ?? 0) : NO_COUNTS), [tasks, isLoaded, now]);
  // Days begin and end with the time.
  const selected = useMemo(() => select(tasks, selection), [tasks, selection, now]);
  const { view } = selection;
  const showView = (view: View) => setSelection({ view, search: "" });
  const showConflicts = () => setDialog({ name: "conflicts" });

  usePaletteShortcut(() => setDialog({ name: "palette" }));
  useShortcuts({
    n: () => newTask.current?.focus(),
    "/": () => search.current?.focus(),
    "?": () => setDialog({ name: "shortcuts" }),
  });

  const sidebar = (
    <Sidebar
      view={view}
      counts={counts}
      lists={lists}
      user={user}
      state={<Sync onConflicts={showConflicts} />}
      actions={{
        onView: showView,
        onSearch: () => setDialog({ name: "palette" }),
        onNewList: () => setDialog({ name: "list" }),
        onEditList: (list) => setDialog({ name: "list", list }),
        onDropTask: dropTask,
        onShortcuts: () => setDialog({ name: "shortcuts" }),
        onSignOut: () => setDialog({ name: "sign-out" }),
      }}
    />
  );

  return (
    <AppShell sidebar={sidebar} isDrawerOpen={isDrawerOpen} onDrawer={setDrawerOpen}>
      <ViewHeader
        title={titleOf(view, lists)}
        count={isLoaded && view.kind !== "trash" ? selected.open.length : undefined}
        onMenu={() => setDrawerOpen(true)}
        search={selection.search}
        onSearch={(search) => setSelection({ view, search })}
        searchRef={search}
      />
      <Banners onConflicts={showConflicts} />
      {view.kind === "trash" ? (
        <TrashOfUser search={selection.search} />
      ) : (
        <TasksOfView
          key={JSON.stringify(view)}
          selection={selection}
          selected={selected}
          editing={editing}
          onEditing={setEditing}
          onView={showView}
          newTask={newTask}
        />
      )}
      {dialog && (
        <OpenDialog
          dialog={dialog}
          counts={counts}
          onView={showView}
          onEdit={(task) => {
            showView({ kind: "all" });
            setEditing(task.id);
          }}
          onOpen={setDialog}
          onNewTask={() => newTask.current?.focus()}
          onClose={() => setDialog(undefined)}
        />
      )}
    </AppShell>
  );
}

/** A component of its own: it changes several times for each change of a task. */
function Sync({ onConflicts }: { onConflicts: () => void }) {
  return <SyncState {...useSync()} onConflicts={onConflicts} />;
}

const NO_COUNTS = countsOf([], 0);
