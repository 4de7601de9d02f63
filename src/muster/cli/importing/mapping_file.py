"""Reads the file that `--mapping` names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from muster.cli.report_error import CommandError
from muster.domain.processing_config import parse_mapping
from muster.kit.yaml_text import YamlTextError, load_yaml
from muster.services.mapping_preset import is_preset, parse_preset
from muster.services.understand_file import check_choices

if TYPE_CHECKING:
    from pathlib import Path

    from muster.domain.processing_config import MappingChoice


def read_mapping_file(path: Path | None) -> tuple[MappingChoice, ...]:
    """Return the choices of a mapping file (JSON, YAML, or an export of mappings), none without one.

    Raises CommandError when it can not be read or is neither, InvalidRequestError when it says what can not be. Whether
    the engagement has declared the custom fields that it names is not looked at here.
    """
    if path is None:
        return ()
    raw = _document(path)
    if is_preset(raw):
        choices = parse_preset(raw).choices()
    else:
        # what `muster status --json` shows of a mapping can be edited and given back
        choices = parse_mapping(
            raw["mapping"] if isinstance(raw, dict) and isinstance(raw.get("mapping"), list) else raw
        )
    check_choices(choices, {choice.target_field or "" for choice in choices})
    return choices


def _document(path: Path) -> object:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CommandError(f"The mapping file {path} can not be read: {error.strerror}.", field="mapping") from None
    except UnicodeDecodeError:
        raise CommandError(f"The mapping file {path} is no text in UTF-8.", field="mapping") from None
    try:
        return json.loads(text)  # YAML takes no tabs, which JSON may be indented with
    except (ValueError, RecursionError):
        pass
    try:
        return load_yaml(text)
    except YamlTextError as error:
        raise CommandError(f"The mapping file {path} is neither JSON nor YAML: {error}.", field="mapping") from None
