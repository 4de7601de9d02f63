"""HTTP: /api/v1, its OpenAPI document, and the landing page."""
