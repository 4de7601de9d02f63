"""Tables of many kinds, made by dice that always fall alike: polluted above and below at once, or not at all."""

from __future__ import annotations

import random

from pollution import HEADER, Polluted, Rows, Table, good_rows, preambles, written

_BELOW = (
    "",
    "TOTAL\n",
    "Note: without the test servers\n",
    "\nExported by the inventory tool on 2024-01-31\n",
    "(25 rows)\n",
    "# end of list\n",
    "All servers of the company as they were found in spring.\n",
    "TOTAL\n\nNote: without the test servers\n",
)
_GREEK = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu"]
_NAMES = ["Host name", "IP address", "Owner", "Status", "Environment", "CPU cores", "Memory", "Note", "Location"]
_WORDS = ["alpha", "beta", "server", "owner", "status", "environment", "linux", "prod", "test", "total", "note", "name"]
_KINDS = ("word", "number", "date", "address", "seldom", "sentence", "mixed")


class Dice(random.Random):
    """Random choices that are the same each time."""

    def word(self) -> str:
        """A word that names no column."""
        return self.choice(_GREEK)

    def value(self, kind: str, number: int) -> str:
        """A value of a column of this kind, in the row of this number."""
        values = {
            "number": str(self.randint(0, 5_000)),
            "date": f"2024-{self.randint(1, 12):02d}-{self.randint(1, 28):02d}",
            "address": f"10.0.{self.randint(0, 9)}.{number}",
            "seldom": self.choice(_WORDS) if self.random() < 0.15 else "",
            "sentence": " ".join(self.choice(_WORDS) for _ in range(self.randint(1, 9))),
            "mixed": self.choice([self.choice(_WORDS), str(self.randint(1, 9)), "n/a", "-"]),
            "word": self.choice(_WORDS),
        }
        return values[kind]


def combined(count: int, seed: int) -> list[Polluted]:
    """Files that are polluted above and below at once, of tables of several kinds and delimiters."""
    dice = Dice(seed)
    above = ["", *preambles(written([HEADER, *good_rows()]))]
    files = []
    for number in range(count):
        columns, body = dice.choice(_tables(dice))
        delimiter = dice.choice([",", ";", "\t", "|"])
        total = ",".join(["Total", *[""] * (len(columns) - 2), "99"])
        preamble = dice.choice(above).replace(",", delimiter)
        footer = dice.choice(_BELOW).replace("TOTAL", total).replace(",", delimiter)
        text = preamble + written([columns, *body], delimiter) + footer
        files.append(Polluted(f"combination {number}", text.encode(), [Table(columns, body)]))
    return files


def plain_tables(count: int, seed: int) -> list[Polluted]:
    """Unpolluted tables of any values, some of them words that name columns elsewhere, some with blank lines."""
    dice = Dice(seed)
    files = []
    for place in range(count):
        width = dice.randint(2, 9)
        unknown = [f"{dice.word()} {letter}" for letter in "abcdefghi"[:width]]
        header = dice.choice([dice.sample(_NAMES, width), unknown])
        kinds = [dice.choice(_KINDS) for _ in range(width - 1)]
        rows = [
            [f"{dice.choice(_WORDS)}{number:03d}", *(dice.value(kind, number) for kind in kinds)]
            for number in range(dice.choice([1, 2, 5, 12, 40, 230]))
        ]
        lines = written([header, *rows]).splitlines()
        for _ in range(dice.choice([0, 0, 3])):
            lines.insert(dice.randint(2, max(2, len(lines))), "")
        files.append(Polluted(f"table {place}", "\n".join([*lines, ""]).encode(), [Table(header, rows)]))
    return files


def _tables(dice: Dice) -> list[tuple[list[str], Rows]]:
    """Tables with names that nobody knows: words only, two columns, numbers, hardly filled, wide, with sentences."""
    numbers = range(dice.choice([3, 12, 25]))
    remark = "a rather long remark about"
    return [
        (["Wibble", "Wobble", "Wubble"], [[dice.word() for _ in range(3)] for _ in numbers]),
        (["Wibble", "Wobble"], [[f"{dice.word()}{number}", dice.word()] for number in numbers]),
        (
            ["Key", "A1", "B2", "C3"],
            [[f"k{number}", str(number), str(number * 2), f"{number}.5"] for number in numbers],
        ),
        (
            [*"PQRSTU"],
            [[f"w{number}", *(dice.choice([dice.word(), "", ""]) for _ in range(5))] for number in numbers],
        ),
        ([f"Col {name}" for name in _GREEK], [[f"v{number}{name}" for name in _GREEK] for number in numbers]),
        (["Wibble", "Remark", "Sum"], [[f"w{number}", f"{remark} {dice.word()}", str(number)] for number in numbers]),
        (HEADER, good_rows(len(numbers))),
    ]
