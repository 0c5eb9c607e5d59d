import { useQuery } from "@tanstack/react-query";

import { useSignedIn } from "@/components/account/session";

/** Loads the current version of a task when a dialog opens, and keeps it while the dialog is open. */
export function useLatest(id: string) {
  const { api } = useSignedIn();
  return useQuery({
    queryKey: ["task", id],
    queryFn: ({ signal }) => api.get(id, { signal }),
    // Loaded once: changes must be based on the version that the user saw.
    staleTime: Infinity,
    gcTime: 0,
  });
}
