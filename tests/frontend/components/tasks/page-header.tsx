import { useSignedIn, useSignOut } from "@/components/account/session";
import { useNotices } from "@/components/ui/notices";
import { Wordmark } from "@/components/ui/wordmark";

import styles from "./page-header.module.css";

/** Who is signed in, and the way out. */
export function PageHeader() {
  const { user } = useSignedIn();
  const { warn } = useNotices();
  const signOut = useSignOut();
  return (
    <header className={styles.header}>
      <Wordmark />
      <span className={styles.user} title={user.email} dir="auto">
        {user.name}
      </span>
      <button className="button" onClick={() => signOut().catch(() => warn("You were not signed out. Try again."))}>
        Sign out
      </button>
    </header>
  );
}
