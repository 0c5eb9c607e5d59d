import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";

import { AccountChannel } from "@/components/account/account-channel";
import { ServiceWorker } from "@/components/account/service-worker";

import "./theme.css";
import "./globals.css";
import "./controls.css";

export const metadata: Metadata = {
  title: { default: "Tasknook", template: "%s · Tasknook" },
  description: "A private task list.",
};

export const viewport: Viewport = {
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fcfcfa" },
    { media: "(prefers-color-scheme: dark)", color: "#15171a" },
  ],
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        {children}
        <AccountChannel />
        <ServiceWorker />
      </body>
    </html>
  );
}
