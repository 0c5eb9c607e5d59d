import type { Metadata } from "next";
import Link from "next/link";

import { MessagePage } from "@/components/ui/message-page";

export const metadata: Metadata = { title: "Page not found" };

export default function NotFound() {
  return (
    <MessagePage title="Page not found" text="There is no page at this address.">
      <Link className="button primary" href="/tasks">
        Go to your tasks
      </Link>
    </MessagePage>
  );
}
