"""Excel workbooks from before 2007 (BIFF): read like new ones."""

from __future__ import annotations

from muster.pipeline.read.sheet.workbook import workbook_format
from muster.pipeline.upload import UploadKind

FORMAT = workbook_format(UploadKind.XLS, "Excel workbook before 2007 (XLS)")
