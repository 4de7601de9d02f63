"""Binary Excel workbooks: read like the ordinary ones."""

from __future__ import annotations

from muster.pipeline.read.sheet.workbook import workbook_format
from muster.pipeline.upload import UploadKind

FORMAT = workbook_format(UploadKind.XLSB, "Binary Excel workbook (XLSB)")
