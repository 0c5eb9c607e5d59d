"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState, type FormEvent } from "react";

import { useHydrated } from "@/components/ui/use-hydrated";
import { Wordmark } from "@/components/ui/wordmark";
import { authClient } from "@/lib/auth-client";

import { notifyTabs } from "./account-channel";
import styles from "./auth-form.module.css";
import { forgetPage } from "./offline-page";

const texts = {
  "sign-in": { button: "Sign in", busy: "Signing in …", question: "No account yet?", other: "sign-up", link: "Sign up" },
  "sign-up": { button: "Sign up", busy: "Signing up …", question: "Have an account?", other: "sign-in", link: "Sign in" },
} as const;

/** The form for sign-in or sign-up. */
export function AuthForm({ kind }: { kind: keyof typeof texts }) {
  const router = useRouter();
  const hydrated = useHydrated();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const text = texts[kind];
  const isNew = kind === "sign-up";

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    const data = new FormData(event.currentTarget);
    setBusy(true);
    setError(undefined);
    const message = await authenticate(kind, data);
    if (message) {
      setError(message);
      setBusy(false);
      return;
    }
    await forgetPage();
    router.replace("/tasks");
    notifyTabs();
  }

  return (
    <main className={styles.page}>
      <Wordmark />
      <form className={styles.card} method="post" onSubmit={submit} aria-labelledby="heading">
        <h1 id="heading">{isNew ? "Create an account" : "Welcome back"}</h1>
        {isNew && <Input label="Name" name="name" autoComplete="name" autoFocus />}
        <Input label="E-mail" name="email" type="email" autoComplete={isNew ? "email" : "username"} autoFocus={!isNew} />
        <Input
          label="Password"
          name="password"
          type="password"
          autoComplete={isNew ? "new-password" : "current-password"}
          hint={isNew ? "At least 8 characters." : undefined}
        />
        {error && (
          <p className="failure" role="alert">
            {error}
          </p>
        )}
        <button className="button primary" disabled={!hydrated} aria-disabled={busy}>
          {busy ? text.busy : text.button}
        </button>
      </form>
      <p>
        {text.question} <Link href={`/${text.other}`}>{text.link}</Link>
      </p>
    </main>
  );
}

/** Calls Better Auth; returns the error message, if any. */
async function authenticate(kind: keyof typeof texts, data: FormData): Promise<string | undefined> {
  const [name, email, password] = ["name", "email", "password"].map((field) => String(data.get(field) ?? ""));
  try {
    const { error } =
      kind === "sign-up"
        ? await authClient.signUp.email({ name: name!, email: email!, password: password! })
        : await authClient.signIn.email({ email: email!, password: password! });
    if (!error) return undefined;
    if (error.status === 429) return "Too many attempts. Wait a moment, then try again.";
    return error.message || "Something went wrong. Try again.";
  } catch {
    return "The server cannot be reached. Try again in a moment.";
  }
}

interface InputProps {
  label: string;
  name: string;
  autoComplete: string;
  type?: string;
  autoFocus?: boolean;
  hint?: string;
}

function Input({ label, name, hint, ...input }: InputProps) {
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      <input id={name} name={name} required aria-describedby={hint && `${name}-hint`} {...input} />
      {hint && <small id={`${name}-hint`}>{hint}</small>}
    </div>
  );
}
