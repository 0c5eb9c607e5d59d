"use client";

import { useRouter } from "next/navigation";
import { createContext, use, useEffect, useEffectEvent, useRef, useState, type ReactNode } from "react";

import { authClient } from "@/lib/auth-client";
import { takeEdits } from "@/lib/kept-edits";
import { keepUnfinished } from "@/lib/unfinished";
import { StoreProvider } from "@/components/store/store";
import type { AccountChanged, Page } from "tasknook-client";

import { notifyTabs } from "./account-channel";
import { noteKeptTasks } from "./kept-tasks";
import { forgetPage, keepPage } from "./offline-page";
import { forgetReload, reloadFor } from "./reload";
import styles from "./session.module.css";

interface User {
  id: string;
  name: string;
  email: string;
}

const UserContext = createContext<User | undefined>(undefined);

/** The signed-in user. */
export function useUser(): User {
  const user = use(UserContext);
  if (!user) throw new Error("useUser must be used within a SessionProvider.");
  return user;
}

interface Props {
  user: User;
  apiUrl: string;
  /** The first tasks, if the server has loaded them. */
  initialPage?: Page;
  children: ReactNode;
}

/** Provides the user and their tasks, from sign-in to sign-out. Its `key` must be the session's id. */
export function SessionProvider({ user, apiUrl, initialPage, children }: Props) {
  const goToSignIn = useGoToSignIn();
  const [accountError, setAccountError] = useState<AccountChanged>();
  useAccountChanges(user.id, goToSignIn);
  useEffect(() => void keepPage(), []);
  return (
    <UserContext value={user}>
      <StoreProvider
        baseUrl={apiUrl}
        userId={user.id}
        fetch={fetchForUser}
        initialPage={initialPage}
        onSignedOut={goToSignIn}
        onAccountChanged={(error) => reloadFor(user.id) || setAccountError(error)}
      >
        {accountError ? <WrongAccount error={accountError} /> : children}
      </StoreProvider>
    </UserContext>
  );
}

/** A request was sent with a token of this user. */
async function fetchForUser(url: string, init: RequestInit) {
  const response = await fetch(url, init);
  if (response.ok) forgetReload();
  return response;
}

/** Shown if a token is not for the user of the session, and a reload did not help. */
function WrongAccount({ error }: { error: AccountChanged }) {
  const signOut = useSignOut();
  const [failed, setFailed] = useState(false);
  return (
    <main className={styles.wrongAccount}>
      <p className="failure" role="alert">
        {failed ? "Sign-out failed. Try again." : error.message}
      </p>
      <button className="button" onClick={() => signOut().catch(() => setFailed(true))}>
        Sign out
      </button>
    </main>
  );
}

/** Navigates to the sign-in page, in all tabs. */
function useGoToSignIn() {
  const router = useRouter();
  return () => {
    void forgetPage();
    router.push("/sign-in");
    notifyTabs();
  };
}

/** Milliseconds after which a sign-out has failed. */
const SIGN_OUT_TIMEOUT = 10_000;

/** Signs out in all tabs of this browser. What `clear` deletes is deleted when the session has ended. */
export function useSignOut() {
  const { id } = useUser();
  const goToSignIn = useGoToSignIn();
  return async (clear = () => Promise.resolve()) => {
    const { error } = await authClient.signOut({ fetchOptions: { timeout: SIGN_OUT_TIMEOUT } });
    if (error) throw new Error(error.message);
    await clear().catch(noteKeptTasks);
    keepUnfinished(id, "");
    // They go with the tasks.
    takeEdits(id);
    goToSignIn();
  };
}

/** Reacts to a sign-in or sign-out in another tab. */
function useAccountChanges(userId: string, goToSignIn: () => void) {
  const { data } = authClient.useSession();
  const current = data?.user.id;
  const loaded = useRef(false);
  const onChange = useEffectEvent((id: string | undefined) => {
    if (id && id !== userId) location.reload();
    // A session that is missing before it was loaded once is still loading.
    if (!id && loaded.current) goToSignIn();
    loaded.current = id === userId;
  });
  useEffect(() => onChange(current), [current]);
}
