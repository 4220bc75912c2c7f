"""HTTP: blueprints, schemas, who may call, problem+json, OpenAPI."""
