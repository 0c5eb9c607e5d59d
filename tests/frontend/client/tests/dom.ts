// A document for React. Requests remain those of Node: imported before React, which looks for it.

import { Window } from "happy-dom";

const window = new Window({ url: "http://localhost:3000" });
for (const [name, value] of Object.entries({ window, document: window.document, navigator: window.navigator })) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}
