"""Shows how far each file is, on a terminal; says nothing elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from muster.cli.views.consoles import remarks
from muster.cli.views.text import printable

if TYPE_CHECKING:
    from rich.progress import TaskID

    from muster.domain.flow_document import FlowDocument

_WHOLE = 100.0


class Board:
    """One bar a file. Use as a context manager; when it ends, the bars are gone and the results follow."""

    def __init__(self) -> None:
        console = remarks()
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("{task.fields[stage]}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def begin(self, name: str) -> TaskID:
        """Add a bar for a file."""
        return self._progress.add_task(printable(name), total=_WHOLE, stage="sending")

    def tell(self, bar: TaskID, document: FlowDocument) -> None:
        """Show how far the flow is."""
        self._progress.update(bar, completed=document.progress_percentage, stage=str(document.current_phase))

    def stage(self, bar: TaskID, stage: str, share: float) -> None:
        """Show a stage and its share done, 0 to 1."""
        self._progress.update(bar, completed=share * _WHOLE, stage=stage)

    def end(self, bar: TaskID) -> None:
        """Take the bar away."""
        self._progress.remove_task(bar)
