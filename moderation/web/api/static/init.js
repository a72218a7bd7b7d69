"use strict";

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null, // never send our document to somebody else's validator
  persistAuthorization: false,
});
