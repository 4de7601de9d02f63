"""Microsoft Purview: exports of Content Explorer, and lists of the tiers that kinds of information are given.

A row is a part of the site or mailbox that it is taken over for, so that no key of its own names it.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.source_columns import kept
from muster.catalog.sources._scanner import DATA_SCANNER

_C = SourceColumn

SOURCE = Source(
    id="purview",
    title="Microsoft Purview",
    import_category="sensitive_data",
    rank=DATA_SCANNER,
    tables=(
        SourceTable(
            name="content_explorer",
            grain="one file or message in which one kind of information, or one label, was found",
            required_columns=("TagType", "TagName"),
            fingerprint=("TagType", "SensitiveInfoTypesData", "FileSourceUrl", "TrainableClassifiers", "Workload"),
            defaults={"asset_type": "storage"},
            columns=(
                _C(("FileSourceUrl",), "asset_name"),
                _C(("FileUrl",), "data_object"),
                _C(("TagName",), "data_category"),
                _C(("SensitivityLabel",), "sensitivity_label"),
                _C(("RetentionLabel",), "retention_period"),
                # FileName may be the subject of a message; UserCreated and UserModified are people.
                *kept(
                    "TagType", "Workload", "Location", "FileName", "SensitiveInfoTypes", "TrainableClassifiers",
                    "UserCreated", "UserModified", "LastModifiedTime", "SensitiveInfoTypesData",
                ),
            ),
        ),
        SourceTable(
            name="sit_tiers",
            grain="one kind of information and its tier",
            names=("*sit_tiers*", "names-credentials*"),
            required_columns=("Name", "Tier", "Category"),
            fingerprint=("Tier",),
            columns=kept("Name", "Tier", "Category"),
            imported=False,
            reason="It ranks kinds of information and names no store that holds them.",
        ),
    ),
    vendor_page="https://learn.microsoft.com/en-us/purview/data-classification-content-explorer",
    traps=(
        "an export is made for each TagType: of a sensitivity or retention label, TagName is the label",
        "labels, kinds of information and classifiers are given by their GUIDs beside TagName",
        "the name of a message is its subject, which may name people",
    ),
)  # fmt: skip
