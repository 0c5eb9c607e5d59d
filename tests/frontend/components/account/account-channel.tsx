"use client";

import { useRouter } from "next/navigation";
import { useEffect } from "react";

const NAME = "account";

/** Tells every tab of this browser, this one too, that somebody has signed in or out. */
export function tellEveryTab() {
  const channel = new BroadcastChannel(NAME);
  channel.postMessage("changed");
  channel.close();
}

/** Asks the server for the page anew when the account has changed. What the router kept of another one is gone then. */
export function AccountChannel() {
  const router = useRouter();
  useEffect(() => {
    const channel = new BroadcastChannel(NAME);
    channel.onmessage = () => router.refresh();
    return () => channel.close();
  }, [router]);
  return null;
}
