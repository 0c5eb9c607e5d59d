"use client";

import { QueryClientProvider } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { createContext, use, useEffect, useEffectEvent, useRef, useState, type ReactNode } from "react";

import { authClient } from "@/lib/auth-client";
import { AccountChanged, SignedOut } from "tasknook-client";

import { notifyTabs } from "./account-channel";
import { forgetReload, reloadFor } from "./reload";
import { SignedIn, type SignedInOptions } from "./signed-in";
import styles from "./session.module.css";

const Session = createContext<SignedIn | undefined>(undefined);

/** The signed-in user, with their API client and cache. */
export function useSignedIn(): SignedIn {
  const signedIn = use(Session);
  if (!signedIn) throw new Error("useSignedIn must be used within a SessionProvider.");
  return signedIn;
}

type Props = Omit<SignedInOptions, "onSuccess" | "onError"> & { children: ReactNode };

/** Provides one user's API client and cache, from sign-in to sign-out. Its `key` must be the session's id. */
export function SessionProvider({ children, ...options }: Props) {
  const goToSignIn = useGoToSignIn();
  const [signedIn] = useState(() => new SignedIn({ ...options, onSuccess: forgetReload, onError: handleError }));
  const [accountError, setAccountError] = useState<AccountChanged>();
  const mounted = useRef(false);

  function handleError(error: Error) {
    if (error instanceof AccountChanged && !reloadFor(options.user.id)) setAccountError(error);
    if (error instanceof SignedOut) goToSignIn();
  }

  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
      // Strict Mode unmounts and immediately mounts again; close only if it is still unmounted after that.
      queueMicrotask(() => mounted.current || signedIn.close());
    };
  }, [signedIn]);

  useAccountChanges(options.user.id, goToSignIn);

  return (
    <Session value={signedIn}>
      <QueryClientProvider client={signedIn.queries}>
        {accountError ? <WrongAccount error={accountError} /> : children}
      </QueryClientProvider>
    </Session>
  );
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
    router.push("/sign-in");
    notifyTabs();
  };
}

/** Signs out in all tabs of this browser. */
export function useSignOut() {
  const goToSignIn = useGoToSignIn();
  return async () => {
    const { error } = await authClient.signOut();
    if (error) throw new Error(error.message);
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
