"""Movere: agentless scans of an estate. Its columns are documented nowhere, so that its files are mapped generically.

Only its title and its rank are known; a file is taken as Movere's when the user says so.
"""

from __future__ import annotations

from muster.catalog.model import Source
from muster.catalog.ranks import HYPERVISOR_OR_AGENT

SOURCE = Source(
    id="movere",
    title="Movere",
    import_category="cmdb_export",
    rank=HYPERVISOR_OR_AGENT,
    tables=(),
    vendor_page="https://learn.microsoft.com/en-us/movere/",
    traps=("no column of its exports is documented: nothing but the user's word tells such a file",),
)
