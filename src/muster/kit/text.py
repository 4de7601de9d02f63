"""Takes text apart into comparable words: no case, no accents, no separators, no camel case."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(
    r"(?<=[A-Za-z0-9][a-z0-9])(?=[A-Z])"  # hostName, MoRef; but not vCPU
    r"|(?<=[A-Z])(?=[A-Z][a-z])(?![A-Z]s\b)(?![A-Z]s[A-Z_\W])"  # IPAddress, OSName; but not NICs
)
_ONE_WORD = re.compile(r"[KMGTP]iB(?![a-z])|IPv[46]|SMBios|vCPU|vCenter|VMware|GitHub")
"""Mixed case that is no camel case."""


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Return the words of `text` in lower case without accents, one space between them: `Größe_GB` is `grosse gb`."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(_WORD.findall("".join(char for char in plain if not unicodedata.combining(char))))


@lru_cache(maxsize=65_536)
def words(text: str) -> tuple[str, ...]:
    """Return the folded words of `text`, camel case taken apart: `IPAddress` is `ip`, `address`; `NICs` is `nics`."""
    marked = _ONE_WORD.sub(lambda match: " " + match.group().lower(), text)
    return tuple(fold(_CAMEL.sub(" ", marked)).split())
