"use client";

import { QueryClientProvider } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { createContext, use, useEffect, useEffectEvent, useRef, useState, type ReactNode } from "react";

import { authClient } from "@/lib/auth-client";
import { AccountChanged, SignedOut } from "@/lib/problem";

import { tellEveryTab } from "./account-channel";
import { SignedIn, type SignedInOptions } from "./signed-in";

const Session = createContext<SignedIn | undefined>(undefined);

/** Who is signed in, and the API for them. */
export function useSignedIn(): SignedIn {
  const signedIn = use(Session);
  if (!signedIn) throw new Error("useSignedIn needs a SessionProvider around it.");
  return signedIn;
}

type Props = Omit<SignedInOptions, "onError"> & { children: ReactNode };

/** Holds one user's API and cache, from sign-in to sign-out. Its `key` is the session's id, so that each has its own. */
export function SessionProvider({ children, ...options }: Props) {
  const leave = useLeave();
  const [signedIn] = useState(() => new SignedIn({ ...options, onError: judge }));
  const mounted = useRef(false);

  function judge(error: Error) {
    if (error instanceof AccountChanged) location.reload();
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
      <QueryClientProvider client={signedIn.queries}>{children}</QueryClientProvider>
    </Session>
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
