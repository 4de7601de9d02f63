"""Citrix ADM (NetScaler ADM): the load balancers that it manages, as its API lists them.

Columns as seen in an answer of the resource `ns` of its NITRO API.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HYPERVISOR_OR_AGENT
from muster.catalog.source_columns import kept

_C = SourceColumn

SOURCE = Source(
    id="citrix_adm",
    title="Citrix ADM",
    import_category="cmdb_export",
    rank=HYPERVISOR_OR_AGENT,
    tables=(
        SourceTable(
            name="ns",
            grain="one load balancer",
            required_columns=("ip_address",),
            fingerprint=("mgmt_ip_address", "ha_ip_address", "instance_state", "datacenter_id", "display_name"),
            columns=(
                _C(("hostname",), "hostname"),
                _C(("ip_address",), "ip_address"),
                _C(("mgmt_ip_address",), "ip_address"),
                _C(("netmask",), "subnet_mask"),
                _C(("gateway",), "gateway"),
                _C(("serialnumber",), "serial_number"),
                _C(("type",), "model"),
                _C(("version",), "os_version"),
                _C(("instance_state",), "power_state", "else:unknown"),
                _C(("description",), "description"),
                # The address of the partner in a pair, and a name that is made of both addresses.
                *kept("ha_ip_address", "display_name"),
                # The site, by an id that nothing else in the file explains.
                *kept("datacenter_id"),
            ),
            defaults={"asset_type": "load_balancer", "manufacturer": "Citrix"},
        ),
    ),
    vendor_page="https://developer-docs.netscaler.com/en-us/citrix-adm-nitro-api-reference/",
    traps=("ha_ip_address is the address of the partner, not of the device of the row",),
)
