"""Child flows are made through one door, and background work is started through one."""

from __future__ import annotations

import ast
from pathlib import Path

import muster

SOURCES = Path(muster.__file__).parent


def users(name: str) -> set[str]:
    """The modules whose code names `name`, as paths below the package."""
    found = set()
    for path in SOURCES.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        if name in names:
            found.add(str(path.relative_to(SOURCES)))
    return found


def test_nobody_uses_the_discovery_flow_service_past_the_child_flow_service() -> None:
    assert users("DiscoveryFlowService") == {"services/flows/data_import.py"}


def test_child_flows_are_inserted_in_one_place() -> None:
    assert users("insert_child") == {"services/flows/discovery.py"}


def test_jobs_are_deferred_in_one_place() -> None:
    assert users("defer") == {"services/background.py"}


def test_the_state_of_flows_is_written_in_one_place() -> None:
    assert users("write_change") == {"services/flows/lifecycle.py"}
