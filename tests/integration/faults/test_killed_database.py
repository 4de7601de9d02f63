"""PostgreSQL may be killed under a worker: it is started again, the worker goes on, the import ends as ever."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from muster.domain.phases import Phase
from support.killable import KillableWorker, Point

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Left, Plant

pytestmark = pytest.mark.fault

_SEED = 20_240_607
_LONGEST_SECONDS = 0.15


async def test_a_server_killed_in_every_phase_leaves_the_same_inventory(
    plant: Plant, undisturbed: Left, tell: Callable[[str], None]
) -> None:
    context, data_import_id = await plant.start()
    holds = [(phase, Point.BEGIN) for phase in Phase]
    holds[2:2] = [(Phase.VALIDATION, Point.END)]
    holds[4:4] = [(Phase.ENRICHMENT, Point.END)]
    kills: Counter[Phase] = Counter()
    with KillableWorker(plant.plan(*holds)) as worker:
        for phase, point in holds:
            worker.until(phase, point)
            plant.kill_server()
            kills[phase] += 1
            worker.release()
        worker.until(Phase.COMPLETE, Point.AFTER)
    plant.finish()
    tell(f"servers killed at set points: {_counted(kills)}")
    assert all(kills[phase] for phase in Phase)
    assert plant.left(context, data_import_id) == undisturbed


async def test_a_server_killed_at_random_moments_leaves_the_same_inventory(
    plant: Plant, undisturbed: Left, tell: Callable[[str], None]
) -> None:
    context, data_import_id = await plant.start()
    chance = random.Random(_SEED)  # noqa: S311 - moments to kill at, no secrets
    kills: Counter[Phase] = Counter()
    with KillableWorker(plant.plan()) as worker:
        for phase in (Phase.UPLOAD, Phase.VALIDATION, Phase.ENRICHMENT):
            worker.until(phase, Point.BEGIN)
            worker.told(chance.uniform(0.0, _LONGEST_SECONDS))
            plant.kill_server()
            kills[phase] += not plant.standing(data_import_id).is_past(phase)
        worker.until(Phase.COMPLETE, Point.AFTER)
    plant.finish()
    tell(f"servers killed at random moments: {_counted(kills)}")
    assert sum(kills.values()) > 0
    assert plant.left(context, data_import_id) == undisturbed


def _counted(kills: Counter[Phase]) -> str:
    return ", ".join(f"{phase} {kills[phase]}" for phase in Phase)
