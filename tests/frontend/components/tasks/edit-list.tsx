import { ListDialog } from "@/components/shell/list-dialog";
import { useSnapshot, useStore } from "@/components/store/store";
import type { View } from "@/lib/view";
import type { List } from "tasknook-client";

interface Props {
  /** The list to edit; without it, one is created. */
  list?: List;
  onView: (view: View) => void;
  onClose: () => void;
}

/** Creates a list, or edits one. It needs a network. */
export function EditList({ list, onView, onClose }: Props) {
  const store = useStore();
  const [lists, tasks] = [useSnapshot("lists"), useSnapshot("tasks")];
  if (!list) {
    const create = async (values: { name: string; color: string | null }) => {
      const { id } = await store.writeLists((client) => client.createList(values));
      onView({ kind: "list", id });
    };
    return <ListDialog onSave={create} onClose={onClose} />;
  }
  const index = lists.findIndex(({ id }) => id === list.id);
  const current = lists[index] ?? list;
  const move = (direction: "up" | "down") => {
    const neighbor = lists[index + (direction === "up" ? -1 : 1)];
    if (!neighbor) return Promise.resolve();
    const to = direction === "up" ? { before: neighbor.id } : { after: neighbor.id };
    return store.writeLists((client) => client.moveList(current, to));
  };
  const remove = async (fate: "keep" | "trash") => {
    await store.writeLists((client) => client.removeList(current, fate));
    onView({ kind: "all" });
  };
  return (
    <ListDialog
      edited={{
        list: current,
        place: { position: index + 1, total: lists.length },
        tasks: tasks.filter(({ list_id }) => list_id === list.id).length,
        onMove: move,
        onDelete: remove,
      }}
      onSave={(values) => store.writeLists((client) => client.updateList(current, values))}
      onClose={onClose}
    />
  );
}
