import type { ReactNode } from "react";

import { Icon } from "@/components/ui/icon";
import { useIsMac } from "@/components/ui/use-is-mac";
import { Wordmark } from "@/components/ui/wordmark";
import type { Counts } from "@/lib/counts";
import type { View } from "@/lib/view";
import type { List } from "tasknook-client";

import { SidebarAccount, type AccountActions } from "./sidebar-account";
import { SidebarLists, type ListActions } from "./sidebar-lists";
import styles from "./sidebar.module.css";
import { useTaskDrop } from "./use-task-drop";
import { ViewLink } from "./view-link";

interface Props {
  view: View;
  counts: Counts;
  lists: readonly List[];
  user: { name: string; email: string };
  /** The line about the changes that are not sent yet: a SyncState. */
  state: ReactNode;
  actions: SidebarActions;
}

/** What the sidebar lets the user do. */
export interface SidebarActions extends ListActions, AccountActions {
  onView: (view: View) => void;
  /** Opens the command palette. */
  onSearch: () => void;
}

/** The views of the application, and the account of the user. */
export function Sidebar({ view, counts, lists, user, state, actions }: Props) {
  const { onView, onSearch, onDropTask } = actions;
  const inbox = useTaskDrop((id) => onDropTask(id, null));
  const navigation = { view, onView };
  return (
    <div className={styles.sidebar}>
      <div className={styles.top}>
        <Wordmark />
        <SearchButton onClick={onSearch} />
      </div>
      <nav className={styles.views} aria-label="Views">
        <ul role="list">
          <li>
            <ViewLink {...navigation} to={{ kind: "all" }} name="All tasks" icon={<Icon name="list" />} count={counts.all} />
          </li>
          <li>
            <ViewLink
              {...navigation}
              to={{ kind: "today" }}
              name="Today"
              icon={<Icon name="today" />}
              count={counts.today}
              overdue={counts.overdue}
            />
          </li>
          <li>
            <ViewLink
              {...navigation}
              to={{ kind: "upcoming" }}
              name="Next 7 days"
              icon={<Icon name="calendar" />}
              count={counts.upcoming}
            />
          </li>
          <li>
            <ViewLink {...navigation} {...inbox} to={{ kind: "inbox" }} name="Inbox" icon={<Icon name="inbox" />} count={counts.inbox} />
          </li>
        </ul>
        <SidebarLists {...navigation} lists={lists} counts={counts.lists} actions={actions} />
        {counts.tags.length > 0 && (
          <section>
            <h2>Tags</h2>
            <ul role="list">
              {counts.tags.map(({ name, count }) => (
                <li key={name}>
                  <ViewLink {...navigation} to={{ kind: "tag", tag: name }} name={name} icon={<Icon name="tag" />} count={count} />
                </li>
              ))}
            </ul>
          </section>
        )}
        <ul role="list" className={styles.trash}>
          <li>
            <ViewLink {...navigation} to={{ kind: "trash" }} name="Trash" icon={<Icon name="trash" />} />
          </li>
        </ul>
      </nav>
      <SidebarAccount user={user} state={state} actions={actions} />
    </div>
  );
}

function SearchButton({ onClick }: { onClick: () => void }) {
  const key = useIsMac() ? "⌘" : "Ctrl";
  return (
    <button className={styles.search} onClick={onClick} aria-keyshortcuts="Control+K Meta+K" data-closes-drawer>
      <Icon name="search" />
      <span>Search or jump to …</span>
      <kbd className="keyboard-hint" aria-hidden="true">
        {key} K
      </kbd>
    </button>
  );
}
