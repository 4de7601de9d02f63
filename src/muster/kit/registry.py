"""Discovery of one folder: every module of a package contributes one constant, and its file name is its id."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from types import ModuleType

T = TypeVar("T")


class RegistryError(Exception):
    """A module of a family lacks its constant, or holds one of the wrong type or id. Raised at start-up."""


def discover(package: ModuleType, constant: str, expected: type[T]) -> dict[str, T]:
    """Load every public module of `package` and return `{module name: its constant}`, sorted by name.

    Modules that begin with an underscore are helpers and are skipped. When the entry has an attribute `id`,
    it must equal the module's name, so that nobody has to keep a list.
    Raises RegistryError for a missing constant, a wrong type or a differing id.
    """
    entries: dict[str, T] = {}
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        if info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        entry = getattr(module, constant, None)
        if not isinstance(entry, expected):
            raise RegistryError(f"{module.__name__} must define {constant}: {expected.__name__}")
        entry_id = getattr(entry, "id", info.name)
        if entry_id != info.name:
            raise RegistryError(f"{module.__name__}: its id is {entry_id!r}, its file name says {info.name!r}")
        entries[info.name] = entry
    return entries
