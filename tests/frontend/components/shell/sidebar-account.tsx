import type { ReactNode } from "react";

import styles from "./sidebar.module.css";

/** What the user can do at the bottom of the sidebar. */
export interface AccountActions {
  onShortcuts: () => void;
  onSignOut: () => void;
}

interface Props {
  user: { name: string; email: string };
  state: ReactNode;
  actions: AccountActions;
}

/** The state of the changes, the user, and what is needed rarely. */
export function SidebarAccount({ user, state, actions }: Props) {
  return (
    <div className={styles.account}>
      {state}
      <p className={styles.user}>
        <span dir="auto" title={user.name}>
          {user.name}
        </span>
        <span className={styles.email} title={user.email}>
          {user.email}
        </span>
      </p>
      <div className={styles.actions}>
        <button className="keyboard-hint" aria-keyshortcuts="?" onClick={actions.onShortcuts} data-closes-drawer>
          Shortcuts
        </button>
        <a href="/tasks/export" download>
          Export
        </a>
        <button onClick={actions.onSignOut}>Sign out</button>
      </div>
    </div>
  );
}
