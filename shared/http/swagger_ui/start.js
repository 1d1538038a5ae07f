// Shows the description that the service itself serves; nothing is sent to anybody else.
SwaggerUIBundle({
  url: document.querySelector("[data-openapi]").dataset.openapi,
  dom_id: "#swagger-ui",
  deepLinking: true,
  validatorUrl: null,
});
