import { useMemo, type RefObject } from "react";

import { TaskList } from "@/components/list/task-list";
import { useUser } from "@/components/account/session";
import { useSnapshot } from "@/components/store/store";
import { useNotices } from "@/components/ui/notices";
import { contains, isIn, isManual, type Selection, type View } from "@/lib/view";
import type { List, NewTask, Task } from "tasknook-client";

import { DeletedList, EmptyView } from "./empty-view";
import { quoted } from "./quoted";
import { QuickAdd } from "./quick-add";
import { Skeleton } from "./skeleton";
import { useKeptEdits } from "./use-kept-edits";
import { useTaskActions } from "./use-task-actions";

interface Props {
  selection: Selection;
  selected: { open: Task[]; completed: Task[] };
  editing: string | undefined;
  onEditing: (id: string | undefined) => void;
  onView: (view: View) => void;
  newTask: RefObject<HTMLInputElement | null>;
}

/** The form to add tasks, and the selected ones. */
export function TasksOfView({ selection, selected, editing, onEditing, onView, newTask }: Props) {
  const { id: userId } = useUser();
  const [tasks, lists, isLoaded] = [useSnapshot("tasks"), useSnapshot("lists"), useSnapshot("isLoaded")];
  const { inform } = useNotices();
  const actions = useTaskActions();
  const { view, search } = selection;
  useKeptEdits(userId, isLoaded ? tasks : undefined, actions.change);
  const mutableLists = useMemo(() => [...lists] as List[], [lists]);

  async function add(tasks: NewTask[]) {
    const added = await actions.add(tasks);
    const hidden = added.filter((task) => !isIn(view)(task) || !contains(search)(task));
    const title = quoted(hidden[0]?.title ?? "");
    if (hidden.length === 1) inform(`${title} was added. It is not in this view.`);
    else if (hidden.length) inform(`${title} and ${hidden.length - 1} more were added. They are not in this view.`);
    return added.length > 0;
  }

  if (isLoaded && view.kind === "list" && !lists.some(({ id }) => id === view.id)) return <DeletedList />;
  return (
    <>
      <QuickAdd lists={lists} view={view} userId={userId} onAdd={add} ref={newTask} />
      <TaskList
        tasks={selected.open}
        completed={selected.completed}
        lists={mutableLists}
        all={tasks}
        showsList={view.kind !== "list"}
        isManual={isManual(view) && !search}
        empty={isLoaded ? <EmptyView selection={selection} hasCompleted={selected.completed.length > 0} /> : <Skeleton />}
        onComplete={(task, completed) => void actions.complete(task, completed)}
        onChange={(task, patch) => void actions.change(task, patch)}
        onDelete={(task) => void actions.remove(task)}
        onMove={(task, to) => void actions.move(task, to)}
        onTag={(tag) => onView({ kind: "tag", tag })}
        onLastRemoved={() => newTask.current?.focus()}
        editing={editing}
        onEditing={onEditing}
      />
    </>
  );
}
