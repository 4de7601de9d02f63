"""VMware Aria Operations for Networks (vRNI): its flow exports are documented nowhere and are mapped generically.

Only its title and its rank are known; a file is taken as its export when the user says so.
"""

from __future__ import annotations

from muster.catalog.model import Source
from muster.catalog.ranks import HYPERVISOR_OR_AGENT

SOURCE = Source(
    id="vrni",
    title="VMware Aria Operations for Networks",
    import_category="app_discovery",
    rank=HYPERVISOR_OR_AGENT,
    tables=(),
    vendor_page="https://techdocs.broadcom.com/us/en/vmware-cis/aria/aria-operations-for-networks.html",
    traps=("no column of its flow export is documented: nothing but the user's word tells such a file",),
)
