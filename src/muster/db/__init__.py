"""PostgreSQL: the tenant-scoped session, the tables, the repositories and the migrations."""
