"""OpenDocument spreadsheets: read like Excel workbooks."""

from __future__ import annotations

from muster.pipeline.read.sheet.workbook import workbook_format
from muster.pipeline.upload import UploadKind

FORMAT = workbook_format(UploadKind.ODS, "OpenDocument spreadsheet (ODS)")
