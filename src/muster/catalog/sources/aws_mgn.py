"""AWS Application Migration Service (MGN): the inventory that is imported there, a row for each server to migrate.

Columns as AWS documents them for import and export; every header begins with `mgn:`.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HAND_MADE

_C = SourceColumn

_INVENTORY = SourceTable(
    name="inventory",
    grain="one server to migrate",
    names=("aws-application-migration-service-import*", "aws-application-migration-service-export*"),
    fingerprint=(
        "mgn:account-id",
        "mgn:region",
        "mgn:app:name",
        "mgn:app:description",
        "mgn:wave:name",
        "mgn:server:user-provided-id",
        "mgn:server:fqdn-for-action-framework",
        "mgn:server:platform",
        "mgn:launch:instance-type",
        "mgn:launch:iam-instance-profile:name",
    ),
    record_key=(("mgn:server:user-provided-id",), ("mgn:server:id",), ("mgn:server:fqdn-for-action-framework",)),
    defaults={"asset_type": "server"},
    # Words by which an import deletes what the service knows.
    blank_words={"*": ("[RESET_VALUE]", "[DELETE_TAG]")},
    columns=(
        _C(("mgn:server:user-provided-id",), "source_id"),
        _C(("mgn:server:id",), "source_id", preference=0.9),
        _C(("mgn:server:tag:Name",), "asset_name"),
        _C(("mgn:server:fqdn-for-action-framework",), "fqdn"),
        _C(("mgn:server:platform",), "operating_system"),
        _C(("mgn:app:name",), "application_name"),
        _C(("mgn:wave:name",), "migration_wave"),
        # Of the application or the wave, not of the server.
        _C(("mgn:app:description",), None),
        _C(("mgn:wave:description",), None),
        _C(("mgn:app:id",), None),
        _C(("mgn:wave:id",), None),
        # Where and as what it is to run in AWS.
        *(
            _C((f"mgn:{name}",), None)
            for name in (
                "account-id", "region", "launch:instance-type", "launch:iam-instance-profile:name",
                "launch:placement:tenancy", "launch:placement:host-id", "launch:placement:operating-system-licensing",
                "launch:nic:0:network-interface-id", "launch:nic:0:subnet-id", "launch:nic:0:security-group-id:0",
                "launch:nic:0:private-ip:0", "launch:copy-private-ip", "launch:transfer-server-tags",
            )
        ),
    ),
)  # fmt: skip

SOURCE = Source(
    id="aws_mgn",
    title="AWS Application Migration Service",
    import_category="cmdb_export",
    rank=HAND_MADE,
    tables=(_INVENTORY,),
    vendor_page="https://docs.aws.amazon.com/mgn/latest/ug/import-main.html",
    traps=(
        "tags have a column for each key, the key at the end of the header",
        "[RESET_VALUE] and [DELETE_TAG] stand for nothing",
        "addresses and sizes under mgn:launch: are those of the target, not of the server as it is",
    ),
)
