"use client";

import { QueryClientProvider } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { createContext, use, useEffect, useEffectEvent, useRef, useState, type ReactNode } from "react";

import { authClient } from "@/lib/auth-client";
import { AccountChanged, SignedOut } from "@/lib/problem";

import { tellEveryTab } from "./account-channel";
import { forgetReload, reloadFor } from "./reload";
import { SignedIn, type SignedInOptions } from "./signed-in";
import styles from "./session.module.css";

const Session = createContext<SignedIn | undefined>(undefined);

/** Who is signed in, and the API for them. */
export function useSignedIn(): SignedIn {
  const signedIn = use(Session);
  if (!signedIn) throw new Error("useSignedIn needs a SessionProvider around it.");
  return signedIn;
}

type Props = Omit<SignedInOptions, "onAnswer" | "onError"> & { children: ReactNode };

/** Holds one user's API and cache, from sign-in to sign-out. Its `key` is the session's id, so that each has its own. */
export function SessionProvider({ children, ...options }: Props) {
  const leave = useLeave();
  const [signedIn] = useState(() => new SignedIn({ ...options, onAnswer: forgetReload, onError: judge }));
  const [stranger, setStranger] = useState<AccountChanged>();
  const mounted = useRef(false);

  function judge(error: Error) {
    if (error instanceof AccountChanged && !reloadFor(options.user.id)) setStranger(error);
    if (error instanceof SignedOut) leave();
  }

  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
      // Strict Mode unmounts and mounts again at once. What is still unmounted after that has ended.
      queueMicrotask(() => mounted.current || signedIn.close());
    };
  }, [signedIn]);

  useAccountOfOtherTabs(options.user.id, leave);

  return (
    <Session value={signedIn}>
      <QueryClientProvider client={signedIn.queries}>
        {stranger ? <Stranger error={stranger} /> : children}
      </QueryClientProvider>
    </Session>
  );
}

/** What shows when a token is not for the user of the session, and a reload did not help. */
function Stranger({ error }: { error: AccountChanged }) {
  const signOut = useSignOut();
  const [failed, setFailed] = useState(false);
  return (
    <main className={styles.stranger}>
      <p className="failure" role="alert">
        {failed ? "You were not signed out. Try again." : error.message}
      </p>
      <button className="button" onClick={() => signOut().catch(() => setFailed(true))}>
        Sign out
      </button>
    </main>
  );
}

/** Goes to the sign-in page, with every other tab. */
function useLeave() {
  const router = useRouter();
  return () => {
    router.push("/sign-in");
    tellEveryTab();
  };
}

/** Signs out, everywhere that this browser shows the account. */
export function useSignOut() {
  const leave = useLeave();
  return async () => {
    const { error } = await authClient.signOut();
    if (error) throw new Error(error.message);
    leave();
  };
}

/** Follows what happens to the session in other tabs. */
function useAccountOfOtherTabs(userId: string, leave: () => void) {
  const { data } = authClient.useSession();
  const now = data?.user.id;
  const seen = useRef(false);
  const onChange = useEffectEvent((id: string | undefined) => {
    if (id && id !== userId) location.reload();
    // Before it was seen once, the session is not gone but not read yet.
    if (!id && seen.current) leave();
    seen.current = id === userId;
  });
  useEffect(() => onChange(now), [now]);
}
