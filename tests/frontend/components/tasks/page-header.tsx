import { useSignOut, useUser } from "@/components/account/session";
import { useNotices } from "@/components/ui/notices";
import { Wordmark } from "@/components/ui/wordmark";

import styles from "./page-header.module.css";

/** The name of the signed-in user, and the button to sign out. */
export function PageHeader() {
  const user = useUser();
  const { warn } = useNotices();
  const signOut = useSignOut();
  return (
    <header className={styles.header}>
      <Wordmark />
      <span className={styles.user} title={user.email} dir="auto">
        {user.name}
      </span>
      <button className="button" onClick={() => signOut().catch(() => warn("Sign-out failed. Try again."))}>
        Sign out
      </button>
    </header>
  );
}
