import { authClient } from "@/lib/auth-client";

export type AuthKind = "sign-in" | "sign-up";

/** Messages at the fields, and `form` about something else. */
export type AuthErrors = Partial<Record<"name" | "email" | "password" | "form", string>>;

const WRONG_EMAIL = "Enter an e-mail address, such as name@example.com.";
const SHORT_PASSWORD = "Use at least 8 characters.";

/** What is wrong with the fields of the form, before it is sent. */
export function invalidFields(kind: AuthKind, form: HTMLFormElement): AuthErrors {
  const errors: AuthErrors = {};
  const validity = (name: string) => (form.elements.namedItem(name) as HTMLInputElement | null)?.validity;
  if (validity("name")?.valueMissing) errors.name = "Enter your name.";
  if (validity("email")?.valueMissing) errors.email = "Enter your e-mail address.";
  else if (validity("email")?.typeMismatch) errors.email = WRONG_EMAIL;
  if (validity("password")?.valueMissing) errors.password = kind === "sign-up" ? "Choose a password." : "Enter your password.";
  else if (validity("password")?.tooShort) errors.password = SHORT_PASSWORD;
  return errors;
}

/** Calls Better Auth; returns the errors, if any. */
export async function authenticate(kind: AuthKind, data: FormData): Promise<AuthErrors | undefined> {
  const [name, email, password] = ["name", "email", "password"].map((field) => String(data.get(field) ?? ""));
  try {
    const { error } =
      kind === "sign-up"
        ? await authClient.signUp.email({ name: name!, email: email!, password: password! })
        : await authClient.signIn.email({ email: email!, password: password! });
    if (!error) return undefined;
    if (error.status === 429) return { form: "Too many attempts. Wait a moment, then try again." };
    return errorsOf(error.code) ?? { form: error.message || "Something went wrong. Try again." };
  } catch {
    return { form: "The server cannot be reached. Try again in a moment." };
  }
}

/** The errors that a user can correct. */
function errorsOf(code: string | undefined): AuthErrors | undefined {
  switch (code) {
    case "INVALID_EMAIL":
      return { email: WRONG_EMAIL };
    case "INVALID_EMAIL_OR_PASSWORD":
      return { password: "The e-mail address or the password is wrong." };
    case "PASSWORD_TOO_SHORT":
      return { password: SHORT_PASSWORD };
    case "PASSWORD_TOO_LONG":
      return { password: "Use at most 128 characters." };
    case "USER_ALREADY_EXISTS":
    case "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL":
      return { email: "This e-mail address has an account." };
    default:
      return undefined;
  }
}
