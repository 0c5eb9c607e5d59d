"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

const NAME = "account";

/** Notifies all tabs of this browser, including this one, of a sign-in or sign-out. */
export function notifyTabs() {
  const channel = new BroadcastChannel(NAME);
  channel.postMessage("changed");
  channel.close();
}

/** Refreshes the page when the account has changed, which also discards the router's cache of the previous account. */
export function AccountChannel() {
  const router = useRouter();
  useEffect(() => {
    const channel = new BroadcastChannel(NAME);
    channel.onmessage = () => router.refresh();
    return () => channel.close();
  }, [router]);
  return null;
}
