from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from muster.api.crowd import TooManyError
from muster.api.problems import _CODES
from muster.api.upload_form import BadConfigError
from muster.domain import errors
from muster.domain.plan import PlanStaleError
from muster.domain.tenant import GRANTS, Permission

if TYPE_CHECKING:
    from fastapi import FastAPI

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "http.md").read_text(encoding="utf-8")
UNSPOKEN = {"flow_failed"}
"""Codes that no address answers: a worker's own."""


def test_the_page_lists_every_call_with_its_permission_and_no_other(app: FastAPI) -> None:
    served = {
        (f"{method.upper()} {path}", operation["x-permission"], operation["description"].split("\n")[0])
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    }
    assert set(re.findall(r"\| `((?:GET|POST|PUT|PATCH|DELETE) [^`]+)` \| (\w+) \| (.+) \|", PAGE)) == served


def test_the_page_lists_every_code_with_its_status() -> None:
    kinds = [entry for entry in vars(errors).values() if isinstance(entry, type)]
    kinds += [TooManyError, BadConfigError, PlanStaleError]
    answered = {(str(kind.status), kind.code) for kind in kinds if issubclass(kind, errors.MusterError)}
    answered |= {(str(int(status)), code) for status, code in _CODES.items()}
    listed = set(re.findall(r"\| (\d{3}) \| `(\w+)` \|", PAGE))
    assert listed == {entry for entry in answered if entry[1] not in UNSPOKEN}


def test_the_page_says_what_each_role_may_do() -> None:
    for role, granted in GRANTS.items():
        (words,) = re.findall(rf"^\| {role} \| (.+) \|$", PAGE, re.MULTILINE)
        named = {Permission(word) for word in re.findall(r"\b(?:read|import|edit|manage_\w+)\b", words)}
        if "the same" not in words:
            assert named == granted - {Permission.PUBLIC, Permission.SIGNED_IN}
        else:
            assert named <= granted
