"""Excel workbooks as they are today, with macros or without."""

from __future__ import annotations

from muster.pipeline.read.sheet.workbook import workbook_format
from muster.pipeline.upload import UploadKind

FORMAT = workbook_format(UploadKind.XLSX, "Excel workbook (XLSX, XLSM)")
