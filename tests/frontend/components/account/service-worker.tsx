"use client";

import { useEffect } from "react";

/** Registers `public/sw.js`. During development there is none: files have the same name after a change. */
export function ServiceWorker() {
  useEffect(() => {
    if (process.env.NODE_ENV !== "production" || !navigator.serviceWorker) return;
    // Without it, the application needs a network. Nothing else depends on it.
    navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" }).catch(console.warn);
  }, []);
  return null;
}
