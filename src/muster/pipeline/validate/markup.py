"""What a spreadsheet or a browser would run instead of showing: formulas, scripts, markup.

Sources: OWASP "CSV Injection" and "Cross Site Scripting Prevention"; dynamic data exchange as
Microsoft documents it.
"""

from __future__ import annotations

import polars as pl

_OPENING = r"^\s*[=+\-@]"
_FORMULA = (
    r"^\s*=\s*[^=>\s]"  # a formula; `==== title` and `=> note` are none
    r"|^\s*[+\-@][+\-]*[A-Za-z][A-Za-z0-9_.]*\("  # +SUM(…), @IMPORTXML(…)
    r"|^\s*[+\-@].*\|\s*'?[^|]*'?![A-Za-z$]"  # dynamic data exchange: +cmd|' /C calc'!A0
    r"|^\s*[+\-@]\$?[A-Z]{1,3}\$?[0-9]+\s*[-+*/^&:]"  # arithmetic over cells
    r"|^\s*[+\-]\s*[0-9.]+\s*[-+*/^&]\s*[A-Za-z]+[0-9(|]"  # -2+cmd|…, +1-A1
)
_TEXT_IN_QUOTES = r'^\s*="[^"]*"$'
"""`="00123"` is how exports keep leading zeros; it holds no formula."""

_SCRIPT = (
    r"(?i)<\s*/?\s*(?:script|iframe|object|embed|applet|meta|base)\b"
    r"|\b(?:javascript|vbscript)\s*:"
    r"|\bdata:text/html"
    r"|<[^>]*\son[a-z]{3,}\s*="
)
_TAG = (
    r"(?i)<\s*/?\s*(?:a|b|i|u|p|s|br|hr|em|div|span|strong|font|center|code|pre|h[1-6]|ul|ol|li|table|thead|tbody|tr|td|"
    r"th|img|svg|form|input|button|body|html|head|style|link)(?:\s[^<>]*)?/?\s*>"
)


def is_formula(cell: pl.Expr) -> pl.Expr:
    """Whether a spreadsheet would compute the cell; numbers, phone numbers, dashes and @handles are none."""
    return cell.str.contains(_FORMULA) & ~cell.str.contains(_TEXT_IN_QUOTES)


def opens_formula(cell: pl.Expr) -> pl.Expr:
    """Whether a cell begins as formulas do: a cheap test before `is_formula`."""
    return cell.str.contains(_OPENING)


def opens_markup(cell: pl.Expr) -> pl.Expr:
    """Whether a cell may hold markup: a cheap test before `kind_of_markup`."""
    return cell.str.contains_any(["<", "script:", "data:text/html"], ascii_case_insensitive=True)


def kind_of_markup(cell: pl.Expr) -> pl.Expr:
    """Return `script` or `markup`, null for plain text."""
    return (
        pl.when(cell.str.contains(_SCRIPT)).then(pl.lit("script")).when(cell.str.contains(_TAG)).then(pl.lit("markup"))
    )
