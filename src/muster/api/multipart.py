"""A multipart body part by part, as it arrives: nothing of a file is kept but the piece just read (RFC 7578)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from muster.domain.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from python_multipart.multipart import MultipartCallbacks

_LONGEST_FIELD = 64 * 1024
_MOST_PARTS = 50


@dataclass(frozen=True, slots=True)
class Part:
    """The head of a part. `filename` None: a plain field."""

    name: str
    filename: str | None
    content_type: str | None


@dataclass(frozen=True, slots=True)
class _Data:
    piece: bytes


class _PartEnd:
    __slots__ = ()


class MultipartReader:
    """Reads one body. Take the next part only when the data of the former was taken."""

    def __init__(self, content_type: str, chunks: AsyncIterator[bytes]) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise InvalidRequestError("Send the file as multipart/form-data with a boundary.", field="Content-Type")
        self._chunks = chunks
        self._events: deque[Part | _Data | _PartEnd] = deque()
        self._ended = False
        self._parts = 0
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._headers: dict[bytes, bytes] = {}
        callbacks: MultipartCallbacks = {
            "on_part_begin": self._on_part_begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
            "on_part_data": self._on_part_data,
            "on_part_end": self._on_part_end,
            "on_end": self._on_end,
        }
        try:
            self._parser = MultipartParser(boundary, callbacks)
        except FormParserError as error:
            raise _broken() from error

    async def next_part(self) -> Part | None:
        """Return the head of the next part, None after the last. Raises InvalidRequestError for a broken body."""
        event = await self._next()
        if event is None:
            return None
        if not isinstance(event, Part):
            raise RuntimeError("the data of the former part was not taken")  # noqa: TRY004 - wrong order, not wrong type
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise InvalidRequestError(f"The form has more than {_MOST_PARTS} parts.", field="body")
        return event

    async def data(self) -> AsyncIterator[bytes]:
        """Yield the data of the part just begun, to its end."""
        while True:
            event = await self._next()
            if isinstance(event, _Data):
                yield event.piece
            elif isinstance(event, _PartEnd):
                return
            else:
                raise _broken()

    async def text(self, name: str) -> str:
        """Return the data of a plain field. Raises InvalidRequestError when it is no UTF-8 or longer than 64 KB."""
        content = bytearray()
        async for piece in self.data():
            content += piece
            if len(content) > _LONGEST_FIELD:
                raise InvalidRequestError(f"{name} is longer than {_LONGEST_FIELD:,} bytes.", field=name)
        try:
            return content.decode()
        except UnicodeDecodeError:
            raise InvalidRequestError(f"{name} is not UTF-8.", field=name) from None

    async def _next(self) -> Part | _Data | _PartEnd | None:
        while not self._events:
            if self._ended:
                return None
            try:
                chunk = await anext(self._chunks)
            except StopAsyncIteration:
                raise _broken() from None
            try:
                self._parser.write(chunk)
            except FormParserError as error:
                raise _broken() from error
        return self._events.popleft()

    def _on_part_begin(self) -> None:
        self._headers = {}

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        self._headers[bytes(self._header_name).lower()] = bytes(self._header_value)
        self._header_name.clear()
        self._header_value.clear()

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        name = options.get(b"name")
        if name is None:
            raise InvalidRequestError("A part of the form has no name.", field="body")
        filename = options.get(b"filename")
        content_type = self._headers.get(b"content-type")
        self._events.append(
            Part(
                name=name.decode(errors="replace"),
                filename=None if filename is None else filename.decode(errors="replace"),
                content_type=None if content_type is None else content_type.decode("latin-1"),
            )
        )

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(_Data(data[start:end]))

    def _on_part_end(self) -> None:
        self._events.append(_PartEnd())

    def _on_end(self) -> None:
        self._ended = True


def _broken() -> InvalidRequestError:
    return InvalidRequestError("The multipart body is broken or was cut off.", field="body")
