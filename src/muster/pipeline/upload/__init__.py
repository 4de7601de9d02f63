"""From the bytes of an upload to what they are: size, hash, kind by content, and whether they are safe to open."""

from muster.pipeline.upload.inspect import Upload, hash_file, inspect_upload
from muster.pipeline.upload.kinds import UploadKind, refusal
from muster.pipeline.upload.limits import Limits, beyond_limit

__all__ = ["Limits", "Upload", "UploadKind", "beyond_limit", "hash_file", "inspect_upload", "refusal"]
