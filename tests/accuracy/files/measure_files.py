"""Measures what files and columns are taken for: `measure_files.py` prints tables, mistakes and, last, one verdict.

Mistakes are listed one per line, but for those of the held-out half: of it nothing but the score is told.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import TYPE_CHECKING

from file_answers import answer
from file_figures import MappingFigures, Share, calibration_error, reliability
from file_judgement import judge
from file_labels import SHARED, Part, labelled_files
from wide_table import WIDTH, milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from file_judgement import JudgedColumn, JudgedFile

CATEGORY = 0.98
SOURCE = 0.97
F1_WITH_PROFILE = 0.97
F1_WITHOUT = 0.88
PRECISION = 0.95
MILLISECONDS = 150.0


def judged_files() -> list[JudgedFile]:
    """Every labelled file that is here, judged."""
    return [judge(file, answer(file)) for file in labelled_files()]


def real(files: Sequence[JudgedFile]) -> list[JudgedFile]:
    """Both halves without the samples, which those who write the profiles wrote too; the targets are for these."""
    return [file for file in files if file.file.part is not Part.SAMPLES]


def categories_right(files: Sequence[JudgedFile]) -> Share:
    """Over all files, those that are no migration data among them."""
    return Share.of(file.category_right for file in files)


def sources_right(files: Sequence[JudgedFile]) -> Share:
    """Over files that are migration data."""
    return Share.of(file.source_right for file in files if file.file.is_migration_data)


def tables_right(files: Sequence[JudgedFile]) -> Share:
    """Header row and number of rows, over labelled tables."""
    return Share.of(table.right for file in files for table in file.tables)


def with_profile(files: Sequence[JudgedFile]) -> list[JudgedColumn]:
    """The columns of files of a known source system, its profile being known."""
    return [column for file in files if file.file.has_source for column in file.columns]


def without(files: Sequence[JudgedFile]) -> list[JudgedColumn]:
    """The columns of all files but samples of a source, the profile of each file's own source being taken away.

    A sample says what the profile should do, which is more than header and values tell.
    """
    return [column for file in files if _is_fair(file) for column in file.columns_without]


def report(title: str, files: Sequence[JudgedFile]) -> Iterator[str]:
    """The figures of `files` as lines."""
    yield f"{title}: {len(files)} files"
    yield f"  category            {categories_right(files)}"
    yield f"  source              {sources_right(files)}"
    yield f"  table               {tables_right(files)}"
    split = [table.category_right for file in files for table in file.tables if table.category_right is not None]
    yield f"  category of a table {Share.of(split)}"
    for name, columns in (("with its profile", with_profile(files)), ("without", without(files))):
        figures = MappingFigures.of(columns)
        low, high = figures.f1_interval
        yield f"  mapping {name}"
        yield f"    precision         {figures.precision}"
        yield f"    recall            {figures.recall}"
        yield f"    F1                {figures.f1:.3f}  ({low:.3f}-{high:.3f})"
        yield f"    unit              {figures.units}"
        bins = reliability(columns)
        yield f"    calibration error {calibration_error(bins):.3f}  (n {sum(entry.right.n for entry in bins)})"
        for entry in bins:
            yield f"      {entry.low:.1f}-{entry.low + 0.1:.1f}  said {entry.said:.3f}  right {entry.right}"
    yield from _by_source(files)


def mistakes(files: Sequence[JudgedFile]) -> Iterator[str]:
    """Everything wrong, one line each."""
    for file in files:
        if not file.category_right:
            said = f"wanted {_words(file.file.categories)}, got {file.category}, confidence {file.confidence:.2f}"
            yield f"{file.file.title}: category: {said}"
        if file.file.is_migration_data and not file.source_right:
            yield f"{file.file.title}: source: wanted {_words(file.file.sources)}, got {file.source}"
        for table in file.tables:
            if not table.right:
                wanted = f"header row {_words(table.table.header_rows)}, {_words(table.table.rows)} rows"
                yield f"{file.file.title}: table {table.title}: wanted {wanted}, got {table.got}"
        if file.file.has_source:
            yield from (f"{line} [with profile]" for line in _wrong_columns(file.columns))
        if _is_fair(file):
            yield from (f"{line} [without]" for line in _wrong_columns(file.columns_without))


def short_of(files: Sequence[JudgedFile]) -> Iterator[str]:
    """What the targets ask for and the answers do not give."""
    profile, alone = MappingFigures.of(with_profile(files)), MappingFigures.of(without(files))
    bounds = (
        ("category", categories_right(files).value, CATEGORY),
        ("source", sources_right(files).value, SOURCE),
        ("F1 with profile", profile.f1, F1_WITH_PROFILE),
        ("precision with profile", profile.precision.value, PRECISION),
        ("F1 without", alone.f1, F1_WITHOUT),
        ("precision without", alone.precision.value, PRECISION),
    )
    yield from (f"{name} {value:.3f} is below {bound}" for name, value, bound in bounds if value < bound)


def results(groups: Mapping[str, Sequence[JudgedFile]]) -> Iterator[str]:
    """The table of docs/explain/mapping-accuracy.md."""
    rows: dict[str, list[str]] = defaultdict(list)
    for files in groups.values():
        for name, share in (("category", categories_right(files)), ("source", sources_right(files))):
            rows[name].append(str(share))
        rows["table"].append(str(tables_right(files)))
        for name, columns in (("with its profile", with_profile(files)), ("without", without(files))):
            figures, bins = MappingFigures.of(columns), reliability(columns)
            low, high = figures.f1_interval
            rows[f"precision {name}"].append(str(figures.precision))
            rows[f"recall {name}"].append(str(figures.recall))
            rows[f"F1 {name}"].append(f"{figures.f1:.3f}  ({low:.3f}-{high:.3f})")
            rows[f"unit {name}"].append(str(figures.units))
            rows[f"calibration error {name}"].append(f"{calibration_error(bins):.3f}")
    yield f"| | {' | '.join(f'{title} ({len(files)} files)' for title, files in groups.items())} |"
    yield f"|---|{'---|' * len(groups)}"
    yield from (f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items())


def main(arguments: Sequence[str]) -> int:
    """Print everything; 1 when a target is missed. `--results` prints the table of the documentation alone."""
    if not SHARED.exists():
        _say("the shared files are not on this machine: only the samples of the sources are measured", "")
    files = judged_files()
    groups = {part.replace("_", " "): [file for file in files if file.file.part is part] for part in Part}
    groups["real files"] = real(files)
    if "--results" in arguments:
        _say(*results(groups))
        return 0
    for title, group in groups.items():
        _say(*report(title, group), "")
    taken = milliseconds()
    _say(
        f"a table of {WIDTH} columns is understood in {taken:.0f} ms",
        "",
        "mistakes, those of the held-out half not told",
    )
    _say(*(f"  {line}" for line in mistakes([file for file in files if file.file.part is not Part.HELD_OUT])), "")
    faults = list(short_of(real(files) or files))
    if taken > MILLISECONDS:
        faults.append(f"a table of {WIDTH} columns takes {taken:.0f} ms, more than {MILLISECONDS:.0f}")
    _say(f"accuracy: FAIL ({'; '.join(faults)})" if faults else "accuracy: PASS")
    return 1 if faults else 0


def _is_fair(file: JudgedFile) -> bool:
    return not (file.file.part is Part.SAMPLES and file.file.has_source)


def _by_source(files: Sequence[JudgedFile]) -> Iterator[str]:
    groups: dict[str, list[JudgedFile]] = defaultdict(list)
    for file in files:
        groups[_group(file)].append(file)
    yield f"  {'source':40} files  category  source  table    F1 with (n)  F1 without (n)"
    for name, group in sorted(groups.items()):
        profile, alone = MappingFigures.of(with_profile(group)), MappingFigures.of(without(group))
        yield (
            f"    {name:38} {len(group):5}  {_short(categories_right(group))}     {_short(sources_right(group))}   "
            f"{_short(tables_right(group))}  {_f1(profile)}     {_f1(alone)}"
        )


def _group(file: JudgedFile) -> str:
    if not file.file.is_migration_data:
        return "no migration data"
    return " or ".join(sorted(source for source in file.file.sources if source)) or "hand-made"


def _short(share: Share) -> str:
    return f"{share.value:5.3f}" if share.n else "    -"


def _f1(figures: MappingFigures) -> str:
    asked = figures.precision.n + figures.recall.n
    return f"{figures.f1:5.3f} {f'({figures.recall.n})':>6}" if asked else f"{'-':>12}"


def _wrong_columns(columns: Sequence[JudgedColumn]) -> Iterator[str]:
    for judged in columns:
        place = f"{judged.file.title}: {judged.table}: “{judged.column.name}”"
        got = f"got {judged.got or 'nothing'}, confidence {judged.confidence:.2f}, {judged.evidence}"
        if not judged.right:
            yield f"{place}: wanted {_words(judged.column.fields)}, {got}"
        elif judged.unit_right is False:
            yield f"{place}: the unit is wrong, {got}"


def _words(values: object) -> str:
    listed = list(values) if isinstance(values, frozenset | tuple) else [values]
    return " or ".join(sorted("nothing" if value is None else str(value) for value in listed))


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
