// What a browser does not like about a page, and what a page asks of anybody but its own server.

/** Notes, from now on, each error, each breach of the content security policy and each request to another origin. */
export async function complaintsOf(page, origin) {
  const complaints = [];
  await page.exposeFunction("complain", (text) => complaints.push(text));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile, sample }) =>
      complain(`policy: ${effectiveDirective} ${blockedURI} ${sourceFile} ${sample}`),
    );
  });
  page.on("pageerror", (error) => complaints.push(`error: ${error.stack}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith("http") && url.origin !== origin) complaints.push(`request: ${url}`);
  });
  return complaints;
}
