from __future__ import annotations

from contextlib import ExitStack

import pytest

from muster.api.crowd import Crowd, TooManyError
from muster.kit.ids import uuid7


def test_one_engagement_does_not_take_every_place() -> None:
    crowd, busy, quiet = Crowd(), uuid7(), uuid7()
    with ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(crowd.place(busy))
        with pytest.raises(TooManyError) as refusal:
            stack.enter_context(crowd.place(busy))
        assert refusal.value.facts["retry_after"] > 0
        stack.enter_context(crowd.place(quiet))
    with crowd.place(busy):
        pass
