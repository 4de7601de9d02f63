"""The schema's revisions (Alembic), and what is laid over the tables after each of them."""

HEAD = "0001"
"""The newest revision, known without loading Alembic; a test holds it against the revisions."""
