"""Repairs text that was UTF-8 and was read as Windows-1252 on its way (`MÃ¼nchen`), where nothing else makes sense."""

from __future__ import annotations

import re
import unicodedata

# How Windows-1252 shows the bytes of UTF-8: one that begins a letter, and those that follow.
_LATER = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"  # noqa: RUF001 - the characters in question
_DAMAGED = re.compile(rf"[\u00c2-\u00df][{_LATER}]|[\u00e0-\u00ef][{_LATER}]{{2}}|[\u00f0-\u00f4][{_LATER}]{{3}}")
_LIKELY = re.compile(rf"[ÂÃÄÅâðÐÑØÙ][{_LATER}]|[\u00e0-\u00ef][{_LATER}]{{2}}")
_ODD = {"Cc", "Cn", "Co", "Cs"}
_TO_BYTES = {char: byte for byte in range(0x80, 0xA0) if (char := bytes([byte]).decode("cp1252", "ignore"))}


def is_likely(text: str) -> bool:
    """Whether the text holds what such damage looks like."""
    return _LIKELY.search(text) is not None


def repaired(text: str) -> str | None:
    """The text as it was before, None when it is not surely damaged.

    Surely: every run of characters beyond ASCII in it is UTF-8 once its bytes are taken back, and what comes out are
    letters and signs. One that is not leaves the whole text as it stands.
    """
    if not _LIKELY.search(text):
        return None
    rest = _DAMAGED.sub("", text)
    if not rest.isascii():
        return None
    mended = _DAMAGED.sub(lambda match: _mend(match[0]), text)
    if "\ufffd" in mended or any(unicodedata.category(char) in _ODD and char not in "\t\n\r" for char in mended):
        return None
    again = repaired(mended) if not mended.isascii() else None
    return mended if again is None else again


def _mend(damaged: str) -> str:
    raw = bytes(_TO_BYTES.get(char, ord(char) if ord(char) < 0x100 else 0xFF) for char in damaged)  # noqa: PLR2004 - one byte
    return raw.decode("utf-8", "replace")
