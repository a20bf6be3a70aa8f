"""HTTP: where events from outside arrive, and how to ask whether Houston is well."""
