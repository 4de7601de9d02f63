"""Snipe-IT: its custom report of assets as CSV, and its list of hardware as the API gives it.

Column titles as `ReportsController` of snipe/snipe-it writes them with the English words of its language files (see
https://snipe-it.readme.io/docs/custom-reports); names of the API as in https://snipe-it.readme.io/reference/hardware-list.
"""

from __future__ import annotations

from muster.catalog.model import Source, SourceColumn, SourceTable
from muster.catalog.ranks import CMDB
from muster.catalog.source_columns import kept

_C = SourceColumn

SOURCE = Source(
    id="snipe_it",
    title="Snipe-IT",
    import_category="cmdb_export",
    rank=CMDB,
    tables=(
        SourceTable(
            name="assets",
            grain="one asset",
            names=("custom-asset-report*", "snipeit*", "snipe-it*"),
            required_columns=("Asset Tag", "Serial"),
            fingerprint=(
                "Default Location", "Fully Depreciated", "Warranty Expires", "Checked Out", "Checkout Date",
                "Expected Checkin Date", "Last Audit", "Next Audit Date", "Employee No.", "model_number",
                "rtd_location.name", "checkout_counter", "requests_counter",
            ),
            record_key=(("ID",),),
            columns=(
                _C(("ID", "id"), "source_id"),
                _C(("Asset Name", "name", "Item Name"), "asset_name"),
                _C(("Asset Tag", "asset_tag"), "asset_tag"),
                _C(("Serial", "serial", "Serial Number"), "serial_number"),
                _C(("Model", "model.name", "Model Name"), "model"),
                _C(("Manufacturer", "manufacturer.name"), "manufacturer"),
                _C(("Category", "category.name"), "asset_type"),
                _C(("Location", "location.name"), "location"),
                _C(("Default Location", "rtd_location.name"), "location", preference=0.8),
                _C(("Department",), "department"),
                _C(("Status", "status_label.name"), "operational_status"),
                _C(("Purchased", "Purchase Date", "purchase_date.date"), "installed_at"),
                _C(("EOL", "asset_eol_date.date"), "end_of_support_date"),
                _C(("Warranty Expires", "warranty_expires.date"), "end_of_support_date", preference=0.9),
                _C(("Notes", "notes"), "description"),
                *kept(
                    "Company", "company.name", "Model No.", "model_number", "Cost", "Purchase Cost",
                    "Warranty", "warranty_months", "Current Value", "Value", "book_value", "Diff", "Fully Depreciated",
                    "Order Number", "Supplier", "supplier.name", "Address", "City", "State", "Country",
                    "Zip", "Type", "Manager", "Title", "Checkout Date", "Last Checkin Date", "Expected Checkin Date",
                    "Created At", "Updated at", "Deleted", "Last Audit", "Next Audit Date", "URL", "age",
                    "status_label.id", "status_label.status_type", "status_label.status_meta", "checkin_counter",
                    "checkout_counter", "requests_counter", "byod", "requestable", "image", "qr", "alt_barcode",
                ),
                # The person who has it.
                *kept(
                    "Checked Out", "Checked Out To", "Username", "Email", "Employee No.", "Phone", "assigned_to.name",
                    "assigned_to.username", "assigned_to.email",
                ),
            ),
        ),
    ),
    vendor_page="https://snipe-it.readme.io/docs/overview",
    traps=(
        "Status carries the kind of status in brackets behind its name",
        "EOL counts from the purchase and is no date of the maker",
        "titles are translated: a report in another language is understood by its headers alone",
    ),
)  # fmt: skip
