"""AWS Cloud Migration Factory: the intake form that its servers, applications and waves are imported from.

Columns as in the solution's own schema and its sample files; its interface exports the same attributes as JSON.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import HAND_MADE

_C = SourceColumn
_WAVE = (_C(("wave_name",), "migration_wave"), _C(("wave_id",), "migration_wave", preference=0.9))
_TARGET = tuple(
    _C((name,), None)
    for name in (
        "aws_accountid", "aws_region", "availabilityzone", "subnet_IDs", "subnet_IDs_test", "securitygroup_IDs",
        "securitygroup_IDs_test", "instanceType", "tenancy", "iamRole", "ami_id", "root_vol_size", "add_vols_size",
    )
)  # fmt: skip
"""Where and as what it is to run in AWS; nothing of it is so yet."""

_INTAKE = SourceTable(
    name="intake form",
    grain="one server",
    required_columns=("server_name",),
    fingerprint=(
        "r_type",
        "server_fqdn",
        "server_os_family",
        "server_os_version",
        "server_tier",
        "server_environment",
        "aws_accountid",
        "subnet_IDs",
        "securitygroup_IDs",
    ),
    record_key=(("server_id",), ("server_name",)),
    defaults={"asset_type": "server"},
    columns=(
        *_WAVE,
        _C(("app_name",), "application_name"),
        _C(("server_name",), "asset_name"),
        _C(("server_id",), "source_id"),
        _C(("server_os_family",), "operating_system"),
        _C(("server_os_version",), "os_version"),
        _C(("server_fqdn",), "fqdn"),
        _C(("server_environment",), "environment"),
        _C(("r_type",), "six_r_strategy"),
        _C(("private_ip",), "ip_address"),
        _C(("tags",), "tags", "list:;"),
        _C(("database_type",), "database_type"),
        _C(("database_name",), None),
        _C(("server_tier",), None),
        _C(("app_id",), None),
        *_TARGET,
    ),
)

_APPLICATIONS = SourceTable(
    name="applications",
    grain="one application",
    required_columns=("app_name", "aws_accountid", "aws_region"),
    fingerprint=("app_id", "wave_id", "aws_accountid", "aws_region"),
    # With its name, since servers and applications of one file may have the same number.
    record_key=(("app_id", "app_name"), ("app_name",)),
    defaults={"asset_type": "application"},
    columns=(
        *_WAVE,
        _C(("app_name",), "asset_name"),
        _C(("description",), "description"),
        _C(("tags",), "tags", "list:;"),
        _C(("app_id",), None),
        *_TARGET,
    ),
)

SOURCE = Source(
    id="aws_cmf",
    title="AWS Cloud Migration Factory",
    import_category="cmdb_export",
    rank=HAND_MADE,
    tables=(_INTAKE, _APPLICATIONS),
    vendor_page="https://docs.aws.amazon.com/solutions/latest/cloud-migration-factory-on-aws/",
    traps=(
        "lists inside a cell have semicolons, tags are key=value",
        "account, region, subnets and sizes are those of the target, not of the server as it is",
        "older forms number their waves (wave_id) instead of naming them",
    ),
)
