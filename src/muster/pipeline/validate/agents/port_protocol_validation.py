"""Whether ports and protocols are possible, fit each other, and can be read on the way.

Nothing here holds a row back: the dependency is there whatever its port. What a service usually does stands in the
catalog (reference/ports.csv), each fact with its public source.

- A cell that is no port from 1 to 65535 is left out: warning. So is a port beside a protocol without ports, such as
  the type or code that logs give for ICMP: told.
- A word that is no known protocol: warning.
- A stated protocol on a port where another service usually answers, or a service over a transport that it does not
  use: one of the two is likely wrong: warning.
- A protocol without encryption, stated or usual on the port, is a weak spot of the network and better replaced when
  systems move: warning.
- A port from the range that systems take for their own connections, unless a service is known on it, is likely the
  client's and not the service's: warning. Microsoft RPC, which takes such ports rightfully, can not be told from it.

The last four are told once per connection (both ends, kind, port and protocol), at its first row.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from muster.catalog.reference.ports import (
    CARRIERS,
    CLEARTEXT_PROTOCOLS,
    ENCRYPTED_PROTOCOLS,
    FIRST_CLIENT_PORT,
    OTHER_PROTOCOLS,
    PORTLESS,
    TRANSPORTS,
    Cleartext,
    port_uses,
)
from muster.domain.findings import FindingCode, Severity
from muster.domain.tables import LINE, ROW_NUMBER
from muster.kit.masking import masked
from muster.pipeline.validate import dependencies
from muster.pipeline.validate.agent import Agent, Knowledge, Outcome, TableView
from muster.pipeline.validate.dependencies import SOURCE, TARGET
from muster.pipeline.validate.places import places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.pipeline.validate.tables import Batch

_PORT, _PROTOCOL = "port", "protocol"
_CONNECTION = "connection"
_CLAUSE = "clause"
_WORDED = "worded"
_CLAUSES = pl.Enum(
    ["port_without_ports", "unusual_pair", "unusual_transport", "cleartext_protocol", "ephemeral_port"],
)
_WITH_USUAL = frozenset({"unusual_pair", "unusual_transport"})
"""Clauses whose sentence says what usually answers on the port."""
_UNKNOWN = r"^(?:unknown|other|various|several|custom|proprietary)"
"""Words that say openly that no protocol is named."""
_NUMBER = r"^(?:1?\d?\d|2[0-4]\d|25[0-5])$"
"""The numbers of protocols (IANA's registry of protocol numbers has 0 to 255)."""
_PARTS = r"[/,;+& ]+"

_CODES = (
    FindingCode(
        code="invalid_port",
        severity=Severity.WARNING,
        title="A port is no port",
        template="{field} should be a number from 1 to 65535, but the cell looks like {excerpt}; it is left out.",
        advice="Correct the port, or leave the cell empty.",
    ),
    FindingCode(
        code="unknown_protocol",
        severity=Severity.WARNING,
        title="A protocol is not known",
        template="{field} names a protocol that is not known ({excerpt}).",
        advice="Check its spelling; protocols of your own may stay as they are.",
    ),
    FindingCode(
        code="port_without_ports",
        severity=Severity.INFO,
        title="A port beside a protocol without ports",
        template="{field} has a value, but the protocol of the row has no ports; it may be a type or a code.",
    ),
    FindingCode(
        code="unusual_pair",
        severity=Severity.WARNING,
        title="Another service usually answers on this port",
        template="{field} is the usual one of {usual}, which is not the protocol of the row.",
        advice="Check which of both is right.",
    ),
    FindingCode(
        code="unusual_transport",
        severity=Severity.WARNING,
        title="A service over another transport than usual",
        template="{field} is the usual one of {usual}, which is reached over {transports}, not as this row says.",
        advice="Check the protocol and the port.",
    ),
    FindingCode(
        code="cleartext_protocol",
        severity=Severity.WARNING,
        title="A protocol without encryption",
        template="By its {field} this connection is usually not encrypted.",
        advice="Use the encrypted form of the protocol, at the latest after the move.",
    ),
    FindingCode(
        code="ephemeral_port",
        severity=Severity.WARNING,
        title="A client's port is given as a service's",
        template="{field} is from the range that systems take for connections that they open themselves.",
        advice="Check whether the two ends, or the two ports, were exchanged.",
    ),
)


def _check_batch(batch: Batch, _knowledge: Knowledge) -> Outcome:
    wrong = batch.failures.filter(pl.col("field") == _PORT)
    found = [places(wrong, "invalid_port", _PORT, excerpt=pl.col("excerpt"))]
    names = batch.typed.columns
    if _PROTOCOL in names:
        cells = batch.typed.select(ROW_NUMBER, LINE, _PROTOCOL)
        unknown = _unknown(cells.get_column(_PROTOCOL))
        if unknown.len():
            hits = cells.filter(pl.col(_PROTOCOL).is_in(unknown.implode()))
            found.append(places(hits, "unknown_protocol", _PROTOCOL, excerpt=masked(pl.col(_PROTOCOL))))
    return Outcome(found, gathered=_judged(batch) if _PORT in names or _PROTOCOL in names else None)


def _unknown(cells: pl.Series) -> pl.Series:
    """The distinct words that name no known protocol; of `tcp/udp` each part counts."""
    words = cells.drop_nulls().unique()
    lower = words.str.to_lowercase()
    parts = lower.str.replace_all(_PARTS, " ").str.strip_chars().str.split(" ")
    known = pl.element().is_in(sorted(known_protocols())) | pl.element().str.contains(_NUMBER)
    fits = parts.list.eval(known).list.all() | lower.is_in(sorted(known_protocols()))
    return words.filter(~fits & ~lower.str.contains(_UNKNOWN))


@cache
def known_protocols() -> frozenset[str]:
    """Return every word that names a protocol, in lower case."""
    used = {word for use in port_uses() for word in (*use.protocols, use.service) if word}
    return frozenset(used | TRANSPORTS | PORTLESS | CARRIERS | CLEARTEXT_PROTOCOLS | OTHER_PROTOCOLS)


def _judged(batch: Batch) -> pl.DataFrame:
    """One row per row and clause that applies to its port and protocol."""
    typed = batch.typed
    cells = typed.select(
        ROW_NUMBER,
        LINE,
        (pl.col(_PORT) if _PORT in typed.columns else pl.lit(None)).cast(pl.Int64).alias(_PORT),
        (pl.col(_PROTOCOL) if _PROTOCOL in typed.columns else pl.lit(None)).cast(pl.String).alias(_PROTOCOL),
    )
    pairs = cells.select(_PORT, _PROTOCOL).unique().join(_usual(), on=_PORT, how="left")
    odd = (
        pairs.with_columns(pl.when(holds.fill_null(value=False)).then(pl.lit(name)).alias(name)
                           for name, holds in _clauses().items())
        .with_columns(pl.concat_list(*_clauses()).list.drop_nulls().cast(pl.List(_CLAUSES)).alias(_CLAUSE))
        .filter(pl.col(_CLAUSE).list.len() > 0)
    )  # fmt: skip
    ends = typed.select(*dependencies.end_keys(typed.columns)).with_columns(dependencies.link_key(typed).alias("link"))
    # where no end has a name, each row is a connection of its own
    apart = pl.when(pl.col(SOURCE).is_null() & pl.col(TARGET).is_null()).then(pl.col(ROW_NUMBER))
    keys = ends.with_columns(cells.get_column(ROW_NUMBER)).with_columns(apart).hash_rows()
    hits = cells.with_columns(keys.alias(_CONNECTION)).join(
        odd.select(_PORT, _PROTOCOL, _CLAUSE), on=[_PORT, _PROTOCOL], nulls_equal=True, maintain_order="left"
    )
    worded = pl.col(_PROTOCOL).is_in(sorted(CLEARTEXT_PROTOCOLS)).fill_null(value=False).alias(_WORDED)
    return hits.select(ROW_NUMBER, LINE, _CLAUSE, _PORT, worded, _CONNECTION).explode(_CLAUSE)


@cache
def _usual() -> pl.DataFrame:
    """By port, what the services that are known there have in common."""
    by_port = {port: [use for use in port_uses() if use.port == port] for port in {use.port for use in port_uses()}}
    rows = [
        {
            _PORT: port,
            "usual": " or ".join(use.title for use in uses),
            "transports": _union(use.transports for use in uses),
            "words": _union((*use.protocols, use.service) for use in uses),
            "clear_over": _union(use.transports for use in uses if use.cleartext is Cleartext.YES),
            "encrypted": all(use.cleartext is Cleartext.NO for use in uses),
        }
        for port, uses in sorted(by_port.items())
    ]
    return pl.DataFrame(
        rows,
        schema={
            _PORT: pl.Int64,
            "usual": pl.String,
            "transports": pl.List(pl.String),
            "words": pl.List(pl.String),
            "clear_over": pl.List(pl.String),
            "encrypted": pl.Boolean,
        },
    )


def _union(words: Iterable[Iterable[str]]) -> list[str]:
    return sorted({word for some in words for word in some if word})


def _clauses() -> dict[str, pl.Expr]:
    """What holds of a pair of port and protocol, joined with `_usual`."""
    word, port = pl.col(_PROTOCOL), pl.col(_PORT)
    served = sorted({name for use in port_uses() for name in use.protocols} - CARRIERS)
    here = word.is_in(pl.col("words"))
    carried = word.is_null() | word.is_in(sorted(TRANSPORTS))
    portless = word.is_in(sorted(PORTLESS)).fill_null(value=False)
    clear_word = word.is_in(sorted(CLEARTEXT_PROTOCOLS)) & ~pl.col("encrypted").fill_null(value=False)
    clear_port = (pl.col("clear_over").list.len() > 0) & (
        word.is_null() | word.is_in(pl.col("clear_over")) | (here & ~word.is_in(sorted(ENCRYPTED_PROTOCOLS)))
    ).fill_null(value=False)
    return {
        "port_without_ports": portless & port.is_not_null(),
        "unusual_pair": word.is_in(served) & pl.col("words").is_not_null() & ~here,
        "unusual_transport": word.is_in(["tcp", "udp"]) & ~word.is_in(pl.col("transports")),
        "cleartext_protocol": clear_word.fill_null(value=False) | (clear_port & ~portless),
        "ephemeral_port": (port >= FIRST_CLIENT_PORT) & pl.col("words").is_null() & carried.fill_null(value=True),
    }


def _check_table(view: TableView, _knowledge: Knowledge) -> Outcome:
    usual = _usual().select(_PORT, "usual", pl.col("transports").list.join(" and "))
    told = view.gathered.unique([_CLAUSE, _CONNECTION], keep="first", maintain_order=True).join(
        usual, on=_PORT, how="left", maintain_order="left"
    )
    params = {"usual": pl.col("usual"), "transports": pl.col("transports")}
    by_word = pl.when(_WORDED).then(pl.lit(_PROTOCOL)).otherwise(pl.lit(_PORT))
    return Outcome(
        [
            places(
                told.filter(pl.col(_CLAUSE) == clause),
                clause,
                by_word if clause == "cleartext_protocol" else _PORT,
                params=params if clause in _WITH_USUAL else None,
            )
            for clause in _CLAUSES.categories
        ]
    )


AGENT = Agent(
    id="port_protocol_validation",
    title="Ports and protocols",
    description="Impossible ports, unknown protocols, unusual pairs of both, unencrypted protocols, ports of clients.",
    codes=_CODES,
    needs=(_PORT, _PROTOCOL),
    check_batch=_check_batch,
    check_table=_check_table,
)
