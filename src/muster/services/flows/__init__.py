"""Flows: their types and phases, the orchestrator that runs them, and what a running phase tells the user."""
