"""Labels taken back: what no human could tell from a row belongs to nobody in particular."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labelled.words import Export, Record

NAMES = frozenset({"asset_name", "hostname", "fqdn", "instance_uuid", "serial_number"})
"""Cells that tell more than an address."""
ROUTERS = "00:1b:54:aa:"
"""How the hardware addresses of the routers between two sites begin."""


def only_tellable(*exports: Export) -> list[Export]:
    """The exports, with nameless rows labelled as nobody's where no named row ties their addresses to the machine."""
    records = [record for export in exports for record in export.records]
    tied = {
        (record.truth, address) for record in records if record.cells.keys() & NAMES for address in _addresses(record)
    }
    return [replace(export, records=[_tellable(record, tied) for record in export.records]) for export in exports]


def _tellable(record: Record, tied: set[tuple[str, str]]) -> Record:
    nameless = not record.cells.keys() & NAMES and not record.cells.get("source_id", "").startswith("i-")
    if nameless and not any((record.truth, address) in tied for address in _addresses(record)):
        return replace(record, truth=f"whoever has {record.cells['ip_address']}")
    return record


def _addresses(record: Record) -> set[str]:
    """Network and hardware addresses in one spelling, without those of routers."""
    text = ",".join(record.cells.get(name, "") for name in ("ip_address", "mac_address")).lower().replace("-", ":")
    return {part for part in re.split(r"[,;\s]+", text) if part and not part.startswith(ROUTERS)}
