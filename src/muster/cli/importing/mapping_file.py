"""Reads the file that `--mapping` names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from muster.cli.report_error import CommandError
from muster.domain.processing_config import parse_mapping
from muster.services.understand_file import check_choices

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.processing_config import MappingChoice


def read_mapping_file(path: Path | None) -> tuple[MappingChoice, ...]:
    """Return the choices of a mapping file, none without one.

    Raises CommandError when it can not be read or is no JSON, InvalidRequestError when it says what can not be.
    """
    if path is None:
        return ()
    try:
        raw = json.loads(path.read_bytes())
    except OSError as error:
        raise CommandError(f"The mapping file {path} can not be read: {error.strerror}.", field="mapping") from None
    except ValueError:
        raise CommandError(f"The mapping file {path} is no JSON.", field="mapping") from None
    # what `muster status --json` shows of a mapping can be edited and given back
    choices = parse_mapping(
        raw.get("mapping", raw) if isinstance(raw, dict) and isinstance(raw.get("mapping"), list) else raw
    )
    check_choices(choices)
    return choices
