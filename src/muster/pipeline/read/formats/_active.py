"""What of a workbook is more than cells: macros and links to other files, which are told and never run or followed."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from muster.pipeline.read import codes
from muster.pipeline.upload import UploadKind
from muster.pipeline.upload.compound import stream_names

if TYPE_CHECKING:
    from muster.domain.findings import FindingCode
    from muster.pipeline.upload import Upload

_ZIPPED = {UploadKind.XLSX, UploadKind.XLSB, UploadKind.ODS}
_MACRO_PARTS = ("xl/vbaproject.bin", "xl/macrosheets/", "basic/", "scripts/")
_MACRO_STREAMS = {"_VBA_PROJECT_CUR", "_VBA_PROJECT", "VBA"}
_LINK_PARTS = ("xl/externallinks/externallink", "xl/connections.", "xl/querytables/")


def active_content(upload: Upload) -> list[FindingCode]:
    """Which of macros and external links the workbook holds, by the names of its parts."""
    if upload.kind not in _ZIPPED:
        return [codes.MACROS_LEFT_OUT] if stream_names(upload.path) & _MACRO_STREAMS else []
    with zipfile.ZipFile(upload.path) as archive:
        names = [name.lower() for name in archive.namelist()]
    found = []
    if any(name.startswith(_MACRO_PARTS) and not name.endswith(("/", "manifest.xml")) for name in names):
        found.append(codes.MACROS_LEFT_OUT)
    if any(name.startswith(_LINK_PARTS) for name in names):
        found.append(codes.LINKS_NOT_FOLLOWED)
    return found
