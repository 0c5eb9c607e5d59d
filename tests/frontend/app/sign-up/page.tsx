import type { Metadata } from "next";
import { redirect } from "next/navigation";

import { AuthForm } from "@/components/account/auth-form";
import { currentSession } from "@/lib/api-server";

export const metadata: Metadata = { title: "Sign up" };

export default async function SignUpPage() {
  if (await currentSession()) redirect("/tasks");
  return <AuthForm kind="sign-up" />;
}
