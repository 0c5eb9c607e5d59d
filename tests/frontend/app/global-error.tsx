"use client";

import { ErrorMessage } from "@/components/ui/error-message";

import "./theme.css";
import "./globals.css";
import "./controls.css";

/** Replaces the layout too, when it has failed. */
export default function GlobalError({ retry }: { retry: () => void }) {
  return (
    <html lang="en">
      <body>
        <ErrorMessage retry={retry} />
      </body>
    </html>
  );
}
