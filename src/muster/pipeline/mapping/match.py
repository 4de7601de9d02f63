"""One column that may feed one field, with the odds for it so far and what they rest on."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from muster.domain.mapping import MatchMethod
    from muster.pipeline.mapping.evidence import Column


@dataclass(frozen=True, slots=True)
class Match:
    """`log_odds` is the natural logarithm of the odds that `column` feeds `field`; `named` what its header alone gives.

    0 is as likely as not, 2.2 nine in ten.
    """

    column: Column
    field: str
    named: float
    log_odds: float
    method: MatchMethod
    evidence: str

    def weighed(self, weight: float, said: str) -> Match:
        """The match with one more piece of evidence."""
        return replace(
            self, log_odds=self.log_odds + weight, evidence=f"{self.evidence}; {said}" if said else self.evidence
        )


def log_odds(chance: float) -> float:
    """The natural logarithm of the odds of a chance between 0 and 1."""
    return math.log(chance / (1 - chance))


def chance(odds: float) -> float:
    """The chance (0-1) of log-odds."""
    return 1 / (1 + math.exp(-odds))
