// The page: Swagger UI without its bar, which would load any other description, and which brings inline styles.

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

SwaggerUIBundle({
  url: "/openapi.json",
  domNode: document.getElementById("page"),
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  // The token stays in the memory of this page, and nobody else is asked to judge the description.
  persistAuthorization: false,
  validatorUrl: null,
});
