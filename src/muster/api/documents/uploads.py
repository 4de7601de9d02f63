"""The body of store-import: rows that the caller has parsed, and where they came from."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from muster.api.documents.base import Request


class FileMetadata(Request):
    """The file that the rows came from."""

    model_config = ConfigDict(extra="ignore")

    filename: Annotated[str, Field(min_length=1)]
    size: int | None = Field(default=None, ge=0, description="Bytes.")
    type: str | None = Field(default=None, description="Media type.")


class StoreImportRequest(Request):
    """Rows as objects of column name and value."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "file_data": [{"Name": "db01", "OS": "Debian 12", "Memory (GB)": "16"}],
                    "metadata": {"filename": "servers.csv", "size": 1024, "type": "text/csv"},
                    "import_category": "cmdb_export",
                    "processing_config": {"review": "never"},
                }
            ]
        }
    )

    file_data: tuple[Mapping[str, Any], ...]
    metadata: FileMetadata
    upload_context: Mapping[str, Any] = Field(default_factory=dict)
    import_category: str | None = None
    import_type: str | None = Field(
        default=None, description="Older name of import_category.", json_schema_extra={"deprecated": True}
    )
    processing_config: Mapping[str, Any] = Field(default_factory=dict)
    import_name: str | None = None
    description: str | None = None
    source_system: str | None = None
