"""Makes the next thing ready while the present one is being used."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

T = TypeVar("T")
U = TypeVar("U")


async def ahead(items: AsyncGenerator[T], work: Callable[[T], U]) -> AsyncGenerator[tuple[T, U]]:
    """Each of `items` with what `work` makes of it in a thread, one ahead of whoever takes them."""

    async def ready() -> tuple[T, U] | None:
        async for item in items:
            return item, await asyncio.to_thread(work, item)
        return None

    async with aclosing(items):
        coming = asyncio.create_task(ready())
        try:
            while (made := await coming) is not None:
                coming = asyncio.create_task(ready())
                yield made
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)
