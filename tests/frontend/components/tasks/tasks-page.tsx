"use client";

import { useRef, useState } from "react";

import { Icon } from "@/components/ui/icon";
import { NoticeProvider } from "@/components/ui/notices";
import { useShortcuts } from "@/components/ui/use-shortcuts";
import type { Page, Task } from "tasknook-client";
import { noFilter } from "@/lib/task-filter";

import { ConnectionBanner } from "./connection-banner";
import { DeleteDialog } from "./delete-dialog";
import { EditDialog } from "./edit-dialog";
import { ListsDialog } from "./lists-dialog";
import { NewTask } from "./new-task";
import { PageHeader } from "./page-header";
import { ShortcutsDialog } from "./shortcuts-dialog";
import { TaskFilterBar } from "./task-filter-bar";
import { TaskList } from "./task-list";
import styles from "./tasks-page.module.css";
import { useFilter } from "./use-filter";

type Open = { dialog: "edit" | "delete"; task: Task } | { dialog: "shortcuts" | "lists" };

/** The task page of the signed-in user. */
export function TasksPage({ initialPage }: { initialPage?: Page }) {
  const [filter, setFilter] = useFilter();
  const [open, setOpen] = useState<Open>();
  const newTask = useRef<HTMLInputElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const close = () => setOpen(undefined);

  useShortcuts({
    n: () => newTask.current?.focus(),
    "/": () => search.current?.focus(),
    "?": () => setOpen({ dialog: "shortcuts" }),
  });

  return (
    <NoticeProvider>
      <div className={styles.page}>
        <PageHeader />
        <main className={styles.main}>
          <div className={styles.heading}>
            <h1>Your tasks</h1>
            <button className="button quiet" onClick={() => setOpen({ dialog: "lists" })}>
              <Icon name="list" /> Lists
            </button>
            <a className="button quiet" href="/tasks/export" download>
              <Icon name="download" /> Export
            </a>
            <button className="button quiet keyboard-hint" onClick={() => setOpen({ dialog: "shortcuts" })}>
              Shortcuts <kbd>?</kbd>
            </button>
          </div>
          <ConnectionBanner />
          <NewTask filter={filter} ref={newTask} />
          <TaskFilterBar filter={filter} onChange={setFilter} ref={search} />
          <TaskList
            filter={filter}
            initialPage={initialPage}
            onShowAll={() => setFilter(noFilter)}
            onEdit={(task) => setOpen({ dialog: "edit", task })}
            onDelete={(task) => setOpen({ dialog: "delete", task })}
            onTag={(tag) => setFilter({ ...filter, tag })}
            onLastRemoved={() => newTask.current?.focus()}
          />
        </main>
      </div>
      {open?.dialog === "edit" && <EditDialog key={open.task.id} task={open.task} onClose={close} />}
      {open?.dialog === "delete" && <DeleteDialog key={open.task.id} task={open.task} onClose={close} />}
      {open?.dialog === "lists" && (
        <ListsDialog onClose={close} onDeleted={(id) => filter.list === id && setFilter({ ...filter, list: undefined })} />
      )}
      {open?.dialog === "shortcuts" && <ShortcutsDialog onClose={close} />}
    </NoticeProvider>
  );
}
