// The token of the requests: in the storage of this tab, which other tabs cannot read and which ends with the tab.

const KEY = "tasknook.token";

const form = document.getElementById("token-form");
const field = document.getElementById("token");
const forget = document.getElementById("forget");
const state = document.getElementById("token-state");

/** The token in a pasted text: alone, after `Bearer`, or in the response of Better Auth. */
function tokenIn(text) {
  try {
    return String(JSON.parse(text).token);
  } catch {
    return text.trim().replace(/^Bearer\s+/i, "");
  }
}

/** The claims of a JWT. They are for display: only the service verifies tokens. */
function claimsOf(token) {
  try {
    const [, claims, signature] = token.split(".");
    const bytes = Uint8Array.from(atob(claims.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
    return signature ? JSON.parse(new TextDecoder().decode(bytes)) : null;
  } catch {
    return null;
  }
}

/** What to show about a token. */
function describe({ sub, exp }) {
  const of = sub ? `Requests have the token of ${sub}.` : "Requests have the token.";
  if (!exp) return of;
  const end = new Date(exp * 1000);
  const time = end.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  return end > new Date() ? `${of} It expires on ${time}.` : `The token expired on ${time}. Get a new one.`;
}

/** Calls `use` with the token of this tab, now and when it changes; with null if there is none. */
export function bindToken(use) {
  let current = null;

  const show = () => {
    const claims = current && claimsOf(current);
    forget.hidden = !current;
    field.removeAttribute("aria-invalid");
    state.className = "";
    state.textContent = claims ? describe(claims) : "Requests have no token.";
  };

  const change = (token) => {
    current = token;
    // A browser can be set to reject storage; the token is then in the memory of the page.
    try {
      if (token) sessionStorage.setItem(KEY, token);
      else sessionStorage.removeItem(KEY);
    } catch {}
    field.value = "";
    show();
    use(token);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const token = tokenIn(field.value);
    if (claimsOf(token)) return change(token);
    field.setAttribute("aria-invalid", "true");
    state.className = "error";
    state.textContent = "This is not a token (a JWT). Paste the response of /api/auth/token, or the value of its member token.";
    field.focus();
  });
  forget.addEventListener("click", () => {
    change(null);
    field.focus();
  });
  // A token may expire while the tab is in the background.
  document.addEventListener("visibilitychange", show);

  try {
    current = sessionStorage.getItem(KEY);
  } catch {}
  show();
  if (current) use(current);
}
