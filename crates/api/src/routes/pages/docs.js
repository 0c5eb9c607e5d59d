// Swagger UI in the look of the service. The page itself has the title, the token and the links, so the parts of Swagger UI
// for them are not used, nor is its style sheet.

import { bindToken } from "./token.js";

/** In this order. The routes with the user in the path repeat the first ones, so they come last, folded like the service's own. */
const TAGS = ["own tasks", "own lists", "users", "tasks", "lists", "service"];
const FOLDED = ["tasks", "lists", "service"];

/** The files of this page, which are no part of an API to a reader. */
const HIDDEN = ["/docs", "/docs/{file}"];

const routes = document.getElementById("routes");

const nothing = () => null;

/** The parts of Swagger UI that differ here. */
const differences = ({ React: { createElement, useState } }) => ({
  components: {
    // The token is above, and copying a path is not worth a control that a keyboard cannot reach.
    authorizeOperationBtn: nothing,
    CopyToClipboardBtn: nothing,
    // Requests can always be edited.
    TryItOutButton: nothing,
    // Inside of a button, which already opens the operation and changes the URL.
    DeepLink: ({ text }) => createElement("span", null, text),
  },
  wrapComponents: {
    // An operation has a dozen problems with examples and headers, which would hide what follows.
    responses: (Responses) => (props) => {
      const [open, setOpen] = useState(false);
      const toggle = { type: "button", className: "btn", "aria-expanded": open, onClick: () => setOpen(!open) };
      return createElement(
        "div",
        { className: open ? "responses" : "responses brief" },
        createElement(Responses, props),
        createElement("button", toggle, "Examples and headers of errors"),
      );
    },
  },
  statePlugins: {
    layout: {
      wrapSelectors: {
        isShown: (original) => (_state, thing, byDefault) => {
          const folded = thing[0] === "operations-tag" && FOLDED.includes(thing[1]);
          return original(thing, byDefault && !folded);
        },
      },
    },
  },
});

/** Attributes that Swagger UI does not set: selector, attribute, value. */
const ATTRIBUTES = [
  ["tr[data-param-name] :is(input, select, textarea)", "aria-label", (field) => field.closest("tr").dataset.paramName],
  [".body-param__text", "aria-label", () => "Request body"],
  [".examples-select-element", "aria-label", () => "Example"],
  [".copy-to-clipboard > button", "aria-label", () => "Copy"],
  [".expand-operation", "aria-label", (button) => button.closest("h3").dataset.tag],
  [".json-schema-2020-12-accordion", "aria-expanded", (button) => String(!button.querySelector("[class*=--collapsed]"))],
  [".models > h4", "aria-level", () => "2"],
  [".responses-table[role]", "role", () => "table"],
  // They scroll.
  [".live-responses-table pre", "tabindex", () => "0"],
];

function completeAttributes() {
  for (const [selector, name, value] of ATTRIBUTES) {
    for (const element of routes.querySelectorAll(selector)) element.setAttribute(name, value(element));
  }
}

async function start() {
  const response = await fetch("../openapi.json");
  if (!response.ok) throw new Error(`the response is ${response.status}`);
  const spec = await response.json();
  for (const path of HIDDEN) delete spec.paths[path];

  new MutationObserver(completeAttributes).observe(routes, { childList: true, subtree: true, attributeFilter: ["class"] });
  const ui = SwaggerUIBundle({
    spec,
    domNode: routes,
    deepLinking: true,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: 0,
    tagsSorter: (one, other) => TAGS.indexOf(one) - TAGS.indexOf(other),
    plugins: [differences],
    // The page stores the token, and the document is not sent to an external validator.
    persistAuthorization: false,
    validatorUrl: null,
    onComplete: () =>
      bindToken((token) => {
        if (token) ui.preauthorizeApiKey("token", token);
        else ui.authActions.logout(["token"]);
      }),
  });
}

start().catch((error) => {
  const failure = document.createElement("p");
  failure.className = "error";
  failure.textContent = `The OpenAPI document cannot be loaded (${error.message}). Reload the page to try again.`;
  routes.replaceChildren(failure);
});
