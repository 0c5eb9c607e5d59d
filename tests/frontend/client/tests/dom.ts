// A document for React. Requests remain those of Node: imported before React, which looks for it.

import { Window } from "happy-dom";

const window = new Window({ url: "http://localhost:3000" });
const { document, navigator, sessionStorage } = window;
for (const [name, value] of Object.entries({ window, document, navigator, sessionStorage })) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}

// Browsers send `close` later: Strict Mode has opened the dialog again by then.
window.HTMLDialogElement.prototype.close = function () {
  if (!this.open) return;
  this.open = false;
  setTimeout(() => this.dispatchEvent(new window.Event("close")));
};
