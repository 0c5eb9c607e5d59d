import { Icon } from "@/components/ui/icon";
import type { List } from "tasknook-client";

import styles from "./sidebar.module.css";
import { useTaskDrop } from "./use-task-drop";
import { ViewLink, type Navigation } from "./view-link";

/** What the user can do with lists. */
export interface ListActions {
  onNewList: () => void;
  onEditList: (list: List) => void;
  /** A task is moved to a list or, with null, to the Inbox. */
  onDropTask: (taskId: string, listId: string | null) => void;
}

interface Props extends Navigation {
  lists: readonly List[];
  counts: ReadonlyMap<string, number>;
  actions: ListActions;
}

/** The lists of the user. */
export function SidebarLists({ lists, counts, actions, ...navigation }: Props) {
  return (
    <section>
      <div className={styles.heading}>
        <h2>Lists</h2>
        <button className={styles.small} aria-label="New list" title="New list" onClick={actions.onNewList}>
          <Icon name="plus" />
        </button>
      </div>
      {lists.length > 0 && (
        <ul role="list">
          {lists.map((list) => (
            <ListItem key={list.id} {...navigation} list={list} count={counts.get(list.id)} actions={actions} />
          ))}
        </ul>
      )}
    </section>
  );
}

interface ItemProps extends Navigation {
  list: List;
  count?: number;
  actions: ListActions;
}

function ListItem({ list, count, actions, ...navigation }: ItemProps) {
  const drop = useTaskDrop((id) => actions.onDropTask(id, list.id));
  return (
    <li className={styles.list}>
      <ViewLink {...navigation} {...drop} to={{ kind: "list", id: list.id }} name={list.name} icon={<Dot color={list.color} />} count={count} />
      <button className={styles.small} aria-label={`Edit list ${list.name}`} title="Edit list" onClick={() => actions.onEditList(list)}>
        <Icon name="pencil" />
      </button>
    </li>
  );
}

/** The color of a list; a ring if it has none. */
export function Dot({ color }: { color: string | null | undefined }) {
  return <span className={styles.dot} style={color ? { background: color, borderColor: "transparent" } : undefined} />;
}
