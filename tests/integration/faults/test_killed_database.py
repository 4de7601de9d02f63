"""PostgreSQL may be killed under a worker: it is started again, the worker goes on, the import ends as ever."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from muster.domain.phases import Phase
from support.killable import KillableWorker, Point

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Left, Plant

pytestmark = pytest.mark.fault


async def test_a_server_killed_in_every_phase_leaves_the_same_inventory(
    plant: Plant, undisturbed: Left, tell: Callable[[str], None]
) -> None:
    context, data_import_id = await plant.start()
    holds = [(phase, point) for phase in Phase for point in (Point.BEGIN, Point.END)]
    kills: Counter[Phase] = Counter()
    with KillableWorker(plant.plan(*holds)) as worker:
        for phase, point in holds:
            worker.until(phase, point)
            plant.kill_server()
            kills[phase] += 1
            worker.release()
        worker.until(Phase.COMPLETE, Point.AFTER)
    plant.finish()
    tell("servers killed: " + ", ".join(f"{phase} {kills[phase]}" for phase in Phase))
    assert all(kills[phase] for phase in Phase)
    assert plant.left(context, data_import_id) == undisturbed
