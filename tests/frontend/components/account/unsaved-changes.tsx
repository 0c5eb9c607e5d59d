"use client";

import { useEffect, useState } from "react";

import { hasPendingWrites } from "tasknook-client/offline";

/** A sentence for users whose session ended before all was saved. It does not name them: anyone can see it. */
export function UnsavedChanges() {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    // A browser that stores nothing has none.
    hasPendingWrites().then(setShown, () => {});
  }, []);
  return (
    <p className="muted" role="status">
      {isShown && "This device has changes that are not saved yet. They are saved when the user who made them signs in here."}
    </p>
  );
}
