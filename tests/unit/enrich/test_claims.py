"""Claim numbers and birth ids translate into each other, and blocks hold what was put in."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from muster.kit.ids import uuid7
from muster.pipeline.enrich.blocks import KEYS_TO_A_BLOCK, pack_keys, unpack_keys
from muster.pipeline.enrich.claims import ClaimRole, ImportIndex, ordinal, split_ordinal
from muster.pipeline.enrich.keys import KEYS_SCHEMA

INDEX = ImportIndex.of([uuid7() for _ in range(5)])


@given(st.sampled_from(ClaimRole), st.integers(0, 511), st.integers(1, 2**28 - 1))
def test_an_ordinal_comes_apart_as_it_was_made(role: ClaimRole, table: int, row: int) -> None:
    assert split_ordinal(ordinal(role, table, row)) == (role, table, row)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 2**40 - 1)), min_size=1, max_size=20))
def test_numbers_bytes_and_texts_are_one_id(places: list[tuple[int, int]]) -> None:
    claims = pl.Series("claim", [INDEX.base(INDEX.import_ids[place]) + low for place, low in places])
    assert INDEX.unpack(INDEX.pack(claims.to_numpy())).tolist() == claims.to_list()
    assert INDEX.texts(claims).to_list() == [str(INDEX.birth_id(claim)) for claim in claims]
    assert INDEX.numbers(INDEX.texts(claims)).tolist() == claims.to_list()


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 2**40 - 1)), unique=True, max_size=20))
def test_numbers_sort_as_birth_ids_do(places: list[tuple[int, int]]) -> None:
    claims = sorted(INDEX.base(INDEX.import_ids[place]) + low for place, low in places)
    births = [INDEX.birth_id(claim) for claim in claims]
    assert births == sorted(births)


def test_nothing_and_strangers_lead_nowhere() -> None:
    assert INDEX.unpack(INDEX.pack(np.array([-1]))).tolist() == [-1]
    assert INDEX.claim_of(uuid7()) is None


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=3), st.integers(0, 3 * KEYS_TO_A_BLOCK))
def test_key_blocks_hold_every_key_and_never_part_equal_hashes(hashes: list[int], repeats: int) -> None:
    values = hashes * 2 + hashes[:1] * repeats
    keys = pl.DataFrame(
        {"ordinal": range(len(values)), "kind": [1] * len(values), "hash": values, "check": [7] * len(values)},
        schema=KEYS_SCHEMA,
    )
    blocks = list(pack_keys(keys))
    assert unpack_keys(blocks).sort("ordinal").equals(keys)
    assert all(left.last_hash < right.first_hash for left, right in itertools.pairwise(blocks))
