"""Connected components over shared groups, for millions of members."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.int32]


def components(size: int, member: Places, group: Places) -> Places:
    """The smallest member reachable from each of `size` members over shared groups; `group` ascends.

    Every round hands the least label of a group to its members, then each label jumps to its own label: the number of
    rounds grows with the logarithm of the longest chain.
    """
    label = np.arange(size, dtype=np.int32)
    if not len(member):
        return label
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    lengths = np.diff(starts, append=len(member))
    by_member = np.argsort(member, kind="stable")
    ordered = member[by_member]
    member_starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    touched = ordered[member_starts]
    del ordered
    while True:
        least = np.repeat(np.minimum.reduceat(label[member], starts), lengths)
        updated = label.copy()
        updated[touched] = np.minimum(label[touched], np.minimum.reduceat(least[by_member], member_starts))
        updated = updated[updated]
        if np.array_equal(updated, label):
            return label
        label = updated
