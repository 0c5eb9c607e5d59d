"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState, type FormEvent } from "react";

import { useHydrated } from "@/components/ui/use-hydrated";
import { Wordmark } from "@/components/ui/wordmark";

import { notifyTabs } from "./account-channel";
import { authenticate, invalidFields, type AuthErrors, type AuthKind } from "./auth-errors";
import styles from "./auth-form.module.css";
import { AuthInput } from "./auth-input";
import { LeftOnDevice } from "./left-on-device";
import { forgetPage } from "./offline-page";

const texts = {
  "sign-in": { button: "Sign in", busy: "Signing in …", question: "No account yet?", other: "sign-up", link: "Sign up" },
  "sign-up": { button: "Sign up", busy: "Signing up …", question: "Have an account?", other: "sign-in", link: "Sign in" },
} as const;

/** The form for sign-in or sign-up. */
export function AuthForm({ kind }: { kind: AuthKind }) {
  const router = useRouter();
  const hydrated = useHydrated();
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<AuthErrors>({});
  const text = texts[kind];
  const isNew = kind === "sign-up";

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (busy) return;
    const form = event.currentTarget;
    const invalid = invalidFields(kind, form);
    if (Object.keys(invalid).length) return show(invalid, form);
    setBusy(true);
    setErrors({});
    // First: the stored page may be another user's, whose session has ended.
    await forgetPage();
    const failed = await authenticate(kind, new FormData(form));
    if (failed) {
      show(failed, form);
      setBusy(false);
      return;
    }
    router.replace("/tasks");
    notifyTabs();
  }

  function show(found: AuthErrors, form: HTMLFormElement) {
    setErrors(found);
    const first = (["name", "email", "password"] as const).find((field) => found[field]);
    if (first) (form.elements.namedItem(first) as HTMLInputElement).focus();
  }

  const field = <Name extends "name" | "email" | "password">(name: Name) => ({
    name,
    error: errors[name],
    onInput: () => errors[name] && setErrors({ ...errors, [name]: undefined }),
  });

  return (
    <main className={styles.page}>
      <Wordmark />
      {/* The browser would show its own messages, one at a time. */}
      <form className={styles.card} method="post" noValidate onSubmit={submit} aria-labelledby="heading">
        <h1 id="heading">{isNew ? "Create an account" : "Welcome back"}</h1>
        {isNew && <AuthInput {...field("name")} label="Name" autoComplete="name" dir="auto" autoFocus />}
        <AuthInput {...field("email")} label="E-mail" type="email" autoComplete={isNew ? "email" : "username"} autoFocus={!isNew} />
        <AuthInput
          {...field("password")}
          label="Password"
          type="password"
          autoComplete={isNew ? "new-password" : "current-password"}
          minLength={isNew ? 8 : undefined}
          hint={isNew ? "At least 8 characters." : undefined}
        />
        <button className="button primary" disabled={!hydrated} aria-disabled={busy}>
          {busy ? text.busy : text.button}
        </button>
        {errors.form && (
          <p className="failure" role="alert">
            {errors.form}
          </p>
        )}
      </form>
      <LeftOnDevice />
      <p>
        {text.question} <Link href={`/${text.other}`}>{text.link}</Link>
      </p>
    </main>
  );
}
