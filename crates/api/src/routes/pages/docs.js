// Swagger UI without its top bar, which could load other documents and has inline styles.

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

SwaggerUIBundle({
  url: "../openapi.json",
  domNode: document.getElementById("page"),
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  // The token stays in the memory of this page, and the document is not sent to an external validator.
  persistAuthorization: false,
  validatorUrl: null,
});
