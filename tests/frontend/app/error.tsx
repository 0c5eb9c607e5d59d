"use client";

import { ErrorMessage } from "@/components/ui/error-message";

export default function ErrorPage({ retry }: { retry: () => void }) {
  return <ErrorMessage retry={retry} />;
}
