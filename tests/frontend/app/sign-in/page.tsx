import type { Metadata } from "next";
import { redirect } from "next/navigation";

import { AuthForm } from "@/components/account/auth-form";
import { currentSession } from "@/lib/api-server";

export const metadata: Metadata = { title: "Sign in" };

export default async function SignInPage() {
  if (await currentSession()) redirect("/tasks");
  return <AuthForm kind="sign-in" />;
}
