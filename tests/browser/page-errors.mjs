// The errors of a page: exceptions, console messages, breaches of its content security policy, requests to other origins.

/**
 * Collects the errors of a page from now on, for a page that requests nothing but these origins.
 *
 * @param {import("playwright-core").Page} page
 * @param {{ origins: string[], levels?: string[], ignored?: RegExp, errors?: string[] }} options
 *   `levels` and `ignored` select console messages; `errors` is the list to append to.
 */
export function pageErrors(page, { origins, levels = ["error", "warning"], ignored, errors = [] }) {
  page.on("pageerror", (error) => errors.push(`error: ${error.stack}`));
  page.on("console", (message) => {
    const [level, text] = [message.type(), message.text()];
    if (levels.includes(level) && !ignored?.test(text)) errors.push(`${level}: ${text}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.protocol !== "data:" && !origins.includes(url.origin)) errors.push(`request: ${url}`);
  });
  return errors;
}

/** The same for a page of the service, with the details of each breach of its policy. */
export async function servicePageErrors(page, origin, ignored) {
  const errors = pageErrors(page, { origins: [origin], ignored });
  await page.exposeFunction("reportViolation", (text) => errors.push(text));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile, sample }) =>
      reportViolation(`policy: ${effectiveDirective} ${blockedURI} ${sourceFile} ${sample}`),
    );
  });
  return errors;
}
