"""The facts about ports: in range, each with its source, none twice."""

from __future__ import annotations

from collections import Counter

import pytest

from muster.catalog.fields import FIELDS
from muster.catalog.reference.ports import (
    CLEARTEXT_PROTOCOLS,
    ENCRYPTED_PROTOCOLS,
    TRANSPORTS,
    Cleartext,
    PortUse,
    port_uses,
)
from muster.pipeline.validate.agents.port_protocol_validation import known_protocols

MOST = 65_535


def test_a_hundred_and_fifty_uses_are_known() -> None:
    assert len(port_uses()) >= 150


@pytest.mark.parametrize("use", port_uses(), ids=lambda use: f"{use.port}-{use.service or use.title}")
def test_a_use_is_whole(use: PortUse) -> None:
    assert 1 <= use.port <= MOST
    assert set(use.transports) <= TRANSPORTS
    assert use.transports
    assert use.title
    assert use.source.startswith("http")
    assert use.service or "iana.org" not in use.source
    assert all(word == word.lower() for word in use.protocols)


def test_no_port_has_two_uses_over_one_transport() -> None:
    places = Counter((use.port, transport) for use in port_uses() for transport in use.transports)
    assert [place for place, count in places.items() if count > 1] == []


def test_rows_stand_in_the_order_of_their_ports() -> None:
    ports = [use.port for use in port_uses()]
    assert ports == sorted(ports)


def test_a_protocol_is_not_both_encrypted_and_in_the_clear() -> None:
    assert not CLEARTEXT_PROTOCOLS & ENCRYPTED_PROTOCOLS


@pytest.mark.parametrize(("port", "word"), [(23, "telnet"), (21, "ftp"), (80, "http"), (389, "ldap")])
def test_what_is_sent_in_the_clear_is_known(port: int, word: str) -> None:
    assert [use.cleartext for use in port_uses() if use.port == port and word in use.protocols] == [Cleartext.YES]


def test_every_protocol_of_the_field_is_known_to_the_check() -> None:
    assert set(FIELDS["protocol"].vocabulary) <= known_protocols()
