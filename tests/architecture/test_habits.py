from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import muster

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(muster.__file__).parent
MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
FAMILIES = ("catalog/categories", "catalog/sources", "pipeline/read/formats", "pipeline/validate/agents")

# Where an error of any kind may be taken without being raised again, and why.
BROAD_HANDLERS = {
    "agent runner": ("pipeline/validate/runner.py", "a failing agent is shown as failed, the others go on"),
    "worker loop": ("queue/", "a failing job is repeated or given up, the worker goes on"),
    "ASGI handler": ("api/", "a failing call is answered by a problem document, the server goes on"),
}


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse((PACKAGE / module).read_text(encoding="utf-8"))


def _imported(module: str) -> Iterator[str]:
    """Give every imported name, absolute and dotted."""
    package = ["muster", *Path(module).parent.parts]
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*package[: len(package) - node.level + 1]] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{source}.{alias.name}" for alias in node.names)


def _environment_reads(module: str) -> Iterator[int]:
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Attribute) and node.attr in {"environ", "environb", "getenv", "getenvb"}:
            yield node.lineno
        if isinstance(node, ast.ImportFrom) and node.module == "os":
            yield from (node.lineno for alias in node.names if alias.name in {"environ", "environb", "getenv"})


def _is_broad(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    if isinstance(kind, ast.Tuple):
        return any(_is_broad(part) for part in kind.elts)
    return isinstance(kind, ast.Name) and kind.id in {"Exception", "BaseException"}


def _raises_again(body: list[ast.stmt]) -> bool:
    leaves = (ast.Return, ast.Continue, ast.Break)
    return isinstance(body[-1], ast.Raise) and not any(
        isinstance(node, leaves) for part in body for node in ast.walk(part)
    )


def _swallowing_handlers(module: str) -> Iterator[int]:
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type) and not _raises_again(node.body):
            yield node.lineno
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "suppress":
            yield from (node.lineno for kind in node.args if _is_broad(kind))


def _entries(family: str) -> list[str]:
    return sorted(path.stem for path in (PACKAGE / family).glob("*.py") if not path.stem.startswith("_"))


def test_only_the_runtime_reads_the_environment() -> None:
    reads = [f"{module}:{line}" for module in MODULES for line in _environment_reads(module)]

    assert [place for place in reads if not place.startswith("runtime/")] == []


def test_errors_of_any_kind_are_swallowed_in_three_places_only() -> None:
    allowed = tuple(prefix for prefix, _ in BROAD_HANDLERS.values())
    handlers = [f"{module}:{line}" for module in MODULES for line in _swallowing_handlers(module)]

    assert [place for place in handlers if not place.startswith(allowed)] == []
    assert len(BROAD_HANDLERS) == 3


@pytest.mark.parametrize("name", BROAD_HANDLERS)
def test_a_place_where_errors_of_any_kind_are_taken_does_so_in_few_lines(name: str) -> None:
    prefix, _ = BROAD_HANDLERS[name]
    handlers = [
        f"{module}:{line}" for module in MODULES if module.startswith(prefix) for line in _swallowing_handlers(module)
    ]

    assert len(handlers) <= 2, handlers


@pytest.mark.parametrize("family", FAMILIES)
def test_entries_of_one_family_do_not_import_each_other(family: str) -> None:
    entries = _entries(family)
    assert entries, f"{family} is empty"
    package = "muster." + family.replace("/", ".")
    siblings = {name: f"{package}.{name}" for name in entries}
    crossings = [
        f"{name} imports {target}"
        for name in entries
        for target in _imported(f"{family}/{name}.py")
        for other, dotted in siblings.items()
        if other != name and (target == dotted or target.startswith(f"{dotted}."))
    ]

    assert crossings == []


def test_nobody_commits_but_the_unit_of_work() -> None:
    commits = [
        f"{module}:{node.lineno}"
        for module in MODULES
        if module.startswith(("services/", "pipeline/", "db/repos/", "queue/"))
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]

    assert commits == []


@pytest.mark.parametrize("module", [name for name in MODULES if not name.startswith("db/migrations/versions/")])
def test_every_module_says_in_a_sentence_what_it_is(module: str) -> None:
    words = ast.get_docstring(_tree(module))

    assert words
    assert words.splitlines()[0].endswith((".", ":", "?", "!"))
