"""From an upload to tables of text: every cell as it stands, every repair a finding."""

from muster.pipeline.read.codes import READ_CODES
from muster.pipeline.read.reader import read_file, read_head
from muster.pipeline.read.report import dump_report, load_report

__all__ = ["READ_CODES", "dump_report", "load_report", "read_file", "read_head"]
