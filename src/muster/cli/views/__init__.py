"""Shows what use cases give: tables and sentences for people, JSON for programs."""
