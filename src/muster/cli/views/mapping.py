"""Shows which column feeds which field."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Protocol

from muster.cli.views.consoles import row, table
from muster.cli.views.text import listed, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.table import Table


class Column(Protocol):
    """A column with the field it feeds: a proposal, or what is stored of one."""

    @property
    def table(self) -> str: ...  # noqa: D102 - named as in domain.mapping.ColumnMapping, like all below
    @property
    def source_field(self) -> str: ...  # noqa: D102
    @property
    def target_field(self) -> str | None: ...  # noqa: D102
    @property
    def confidence(self) -> float: ...  # noqa: D102
    @property
    def evidence(self) -> str: ...  # noqa: D102
    @property
    def transformation(self) -> str | None: ...  # noqa: D102


def mapping_table(columns: Iterable[Column]) -> Iterator[Table | str]:
    """Give, table by table, the mapped columns, and a line with those that feed nothing."""
    for name, group in groupby(columns, key=lambda column: column.table):
        of_table = list(group)
        shown = table(f"column of {printable(name)}", "field", "sure", "read as", "because", right=["sure"])
        for column in of_table:
            if column.target_field is not None:
                how = column.transformation or ""
                row(shown, column.source_field, column.target_field, f"{column.confidence:.0%}", how, column.evidence)
        if shown.row_count:
            yield shown
        kept = [printable(column.source_field) for column in of_table if column.target_field is None]
        if kept:
            yield f"kept as they are: {listed(kept, 12)}"
