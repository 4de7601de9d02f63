"""A worker may be killed anywhere: the import ends as if nothing had happened."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from muster.domain.phases import FlowStatus, Phase
from support.killable import KillableWorker, Point

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Left, Plant

pytestmark = pytest.mark.fault

_SEED = 20_240_607
_KILLS_EACH = 2
_MOST_IMPORTS = 4
_LONGEST_SECONDS = {Phase.UPLOAD: 0.5, Phase.VALIDATION: 0.3, Phase.ENRICHMENT: 0.15, Phase.COMPLETE: 0.01}


async def test_a_worker_killed_at_every_point_of_every_phase_leaves_the_same_inventory(
    plant: Plant, undisturbed: Left, tell: Callable[[str], None]
) -> None:
    context, data_import_id = await plant.start()
    kills: Counter[Phase] = Counter()
    for phase in Phase:
        for point in Point:
            with KillableWorker(plant.plan((phase, point))) as worker:
                worker.until(phase, point)
                assert phase in plant.doing()
                worker.kill()
                kills[phase] += 1
    plant.finish()
    tell(f"workers killed at set points: {_counted(kills)}")
    assert all(kills[phase] for phase in Phase)
    assert plant.left(context, data_import_id) == undisturbed


async def test_a_worker_killed_at_random_moments_leaves_the_same_inventory(
    plant: Plant, undisturbed: Left, tell: Callable[[str], None]
) -> None:
    chance = random.Random(_SEED)  # noqa: S311 - moments to kill at, no secrets
    kills: Counter[Phase] = Counter()
    for _ in range(_MOST_IMPORTS):
        if all(kills[phase] for phase in Phase):
            break  # the last phase takes a few milliseconds, which a kill may miss
        context, data_import_id = await plant.start()
        for phase in Phase:
            for _ in range(_KILLS_EACH):
                if plant.standing(data_import_id).is_past(phase):
                    break
                with KillableWorker(plant.plan()) as worker:
                    worker.until(phase, Point.BEGIN)
                    worker.told(chance.uniform(0.0, _LONGEST_SECONDS[phase]))
                    worker.kill()
                kills[phase] += not plant.standing(data_import_id).is_past(phase)
        plant.finish()
        assert plant.left(context, data_import_id) == undisturbed
    tell(f"workers killed at random moments: {_counted(kills)}")
    assert all(kills[phase] for phase in Phase)


async def test_a_worker_that_sleeps_while_it_is_replaced_changes_nothing_when_it_wakes(
    plant: Plant, undisturbed: Left
) -> None:
    context, data_import_id = await plant.start()
    with KillableWorker(plant.plan((Phase.VALIDATION, Point.BEGIN))) as sleeper:
        sleeper.until(Phase.VALIDATION, Point.BEGIN)
        sleeper.suspend()
        with KillableWorker(plant.plan()) as other:
            other.until(Phase.VALIDATION, Point.BEGIN)
            sleeper.wake()
            sleeper.release()
            sleeper.until(Phase.VALIDATION, Point.AFTER)
            plant.finish()
    assert plant.left(context, data_import_id) == undisturbed


async def test_an_import_that_kills_its_worker_three_times_fails_and_says_so(plant: Plant, undisturbed: Left) -> None:
    context, data_import_id = await plant.start()
    for _ in range(3):
        with KillableWorker(plant.plan((Phase.VALIDATION, Point.BEGIN), kill_limit=3)) as worker:
            worker.until(Phase.VALIDATION, Point.BEGIN)
            worker.kill()
    with KillableWorker(plant.plan(kill_limit=3, wait=False)) as worker:
        worker.finish()
    left = plant.left(context, data_import_id)
    assert plant.standing(data_import_id).status is FlowStatus.FAILED
    assert left.error is not None
    assert "died each time it came to the validation" in left.error
    assert len(left.assets) == 0 < len(undisturbed.assets)


def _counted(kills: Counter[Phase]) -> str:
    return ", ".join(f"{phase} {kills[phase]}" for phase in Phase)
