"""How many cases a property is tried with: few in every run, millions by hand.

`MUSTER_EXAMPLES=1000 pytest -n 0 --timeout 0 tests/properties/test_fold.py` tries a thousand times as many.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

TIMES = int(os.environ.get("MUSTER_EXAMPLES", "1"))
"""What the number of cases of a normal run is multiplied by."""


def examples(number: int) -> settings:
    """Settings for a property that is tried `number` times in a normal run, each for as long as it takes."""
    return settings(
        max_examples=number * TIMES,
        deadline=None,
        phases=set(Phase) - {Phase.explain},  # it takes minutes to say which of many random draws matter
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
