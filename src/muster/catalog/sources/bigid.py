"""BigID: the columns of its exports are documented nowhere, so that its files are mapped generically.

Only its title and its rank are known; a file is taken as its export when the user says so.
"""

from __future__ import annotations

from muster.catalog.model import Source
from muster.catalog.sources._scanner import DATA_SCANNER

SOURCE = Source(
    id="bigid",
    title="BigID",
    import_category="sensitive_data",
    rank=DATA_SCANNER,
    tables=(),
    vendor_page="https://docs.bigid.com/",
    traps=("no column of its exports is documented: nothing but the user's word tells such a file",),
)
