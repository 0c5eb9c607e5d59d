import { useQuery } from "@tanstack/react-query";

import { useSignedIn } from "@/components/account/session";

/** A task as it is when a dialog opens: the version that the dialog is about, whatever happens meanwhile. */
export function useLatest(id: string) {
  const { api } = useSignedIn();
  return useQuery({
    queryKey: ["task", id],
    queryFn: ({ signal }) => api.get(id, signal),
    // Read once: what is changed is to name the version that was seen here.
    staleTime: Infinity,
    gcTime: 0,
  });
}
