"""Every clause of the reader: what it repaired, held out or noticed. The one list of its finding codes."""

from __future__ import annotations

from muster.domain.findings import Finding, FindingCode, Severity, render

AGENT = "reader"

ENCODING_GUESSED = FindingCode(
    "encoding_guessed",
    Severity.INFO,
    "Encoding concluded from the bytes",
    "The file is not UTF-8; it was read as {encoding} ({reason}).",
    "When letters look wrong, save the file as UTF-8 and send it again.",
)
BYTES_REPAIRED = FindingCode(
    "bytes_repaired",
    Severity.WARNING,
    "Bytes that do not fit the encoding",
    "Line {line} holds bytes that are not {encoding}; they were read as {repair}.",
    "Compare the row with its source.",
)
MOJIBAKE_REPAIRED = FindingCode(
    "mojibake_repaired",
    Severity.INFO,
    "Garbled letters repaired",
    "Letters in line {line} were written as UTF-8 and read as Windows-1252 before they came here; they were restored.",
)
CHARACTERS_REMOVED = FindingCode(
    "characters_removed",
    Severity.WARNING,
    "Characters that no database holds",
    "{count} {repair} removed from line {line}.",
    "Compare the row with its source.",
)
MIXED_LINE_ENDINGS = FindingCode(
    "mixed_line_endings",
    Severity.INFO,
    "Mixed line endings",
    "The file mixes line endings ({endings}); each ends a row.",
)
SEPARATOR_LINE = FindingCode(
    "separator_line",
    Severity.INFO,
    "Separator line",
    "The first line states the separator; it is no row.",
)
LINES_IN_QUOTES = FindingCode(
    "lines_in_quotes",
    Severity.INFO,
    "Whole lines in quotes",
    "Every line stands in quotes as a whole; the quotes were taken off and the line was read as a row.",
)
TITLE_LINES = FindingCode(
    "title_lines",
    Severity.INFO,
    "Lines above the header",
    "{count} line(s) above the header in line {line} are titles or notes, no rows.",
)
STACKED_HEADER = FindingCode(
    "stacked_header",
    Severity.INFO,
    "Header of several lines",
    "The header has {count} lines, the last in line {line}; each column is named by all that stands above it.",
)
MERGED_CELLS = FindingCode(
    "merged_cells",
    Severity.INFO,
    "Cells merged over several rows",
    "{count} cell(s), the first in line {line}, are merged with the one above and were given its value.",
)
UNITS_ROW = FindingCode(
    "units_row",
    Severity.INFO,
    "Line of units",
    "The line below the header holds units; they were put behind the names of their columns.",
)
HINTS_ROW = FindingCode(
    "hints_row",
    Severity.INFO,
    "Line of hints",
    "The line below the header says how to fill the columns in; it is no row.",
)
TOTAL_ROWS = FindingCode(
    "total_rows",
    Severity.INFO,
    "Totals below the rows",
    "{count} line(s) with totals below the table were left out, the first in line {line}.",
)
NOTE_LINES = FindingCode(
    "note_lines",
    Severity.INFO,
    "Notes below the rows",
    "{count} line(s) with notes below the table were left out, the first in line {line}.",
)
SEVERAL_TABLES = FindingCode(
    "several_tables",
    Severity.INFO,
    "Several tables in one",
    "{sheet} holds several tables; this one begins in line {line}, column {position}.",
)
TURNED_TABLE = FindingCode(
    "turned_table",
    Severity.INFO,
    "Table turned on its side",
    "The names stand in a column instead of a line; the table was turned, {count} row(s) came of it.",
)
NO_TABLE = FindingCode(
    "no_table",
    Severity.INFO,
    "Sheet that is no table",
    "The sheet {sheet} holds {kind}, no table.",
)
RECORD_TYPES = FindingCode(
    "record_types",
    Severity.INFO,
    "Rows of several kinds",
    "The column {field} says which kind a row is of; each kind is a table of its own.",
)
PAIRS_JOINED = FindingCode(
    "pairs_joined",
    Severity.INFO,
    "Names and values side by side",
    "{count} pairs of columns hold names and values; they were joined in the column {field} as name=value.",
)
NAMED_BY_FILE = FindingCode(
    "named_by_file",
    Severity.INFO,
    "Host and metric named by the file",
    "The rows name no host; {field} was taken from the name of the file, {metric} for what is measured.",
    "Check that the name of the file names the host.",
)
NO_HEADER = FindingCode(
    "no_header",
    Severity.WARNING,
    "No header",
    "The first row already holds values, so the columns were named Column 1 to Column {count}.",
    "Add a header line, or name the columns in the mapping.",
)
HEADER_BLANK = FindingCode(
    "header_blank",
    Severity.WARNING,
    "Column without a name",
    "Column {position} has no name in the header; it is called {field}.",
    "Name the column in the file or in the mapping.",
)
HEADER_REPEATED = FindingCode(
    "header_repeated",
    Severity.WARNING,
    "Name used twice in the header",
    "Column {position} repeats a name; it is called {field}.",
    "Make the names unique, or choose the column in the mapping.",
)
REPEATED_HEADER_ROW = FindingCode(
    "repeated_header_row",
    Severity.INFO,
    "Header repeated among the rows",
    "Line {line} repeats the header; it is no row.",
)
BLANK_ROWS = FindingCode(
    "blank_rows",
    Severity.INFO,
    "Blank rows",
    "{count} blank row(s) were left out, the first in line {line}.",
)
COMMENT_LINES = FindingCode(
    "comment_lines",
    Severity.INFO,
    "Comment lines",
    "{count} line(s) that begin with # were left out, the first in line {line}.",
)
ROW_TOO_SHORT = FindingCode(
    "row_too_short",
    Severity.WARNING,
    "Row with too few cells",
    "The row has {count} of {expected} cells; the missing ones are empty.",
    "Look for a line break or a separator missing inside the row.",
)
ROW_TOO_LONG = FindingCode(
    "row_too_long",
    Severity.WARNING,
    "Row with too many cells",
    "The row has {count} cells, the header {expected}; the rest is kept in extra columns.",
    "Look for a separator inside a value that should stand in quotes.",
)
TOO_MANY_CELLS = FindingCode(
    "too_many_cells",
    Severity.ERROR,
    "Row far wider than the table",
    "The row has {count} cells, the header {expected}; what is beyond {limit} extra cells is not kept.",
    "Look for a missing line break or a stray quote in the row.",
)
CELL_TOO_LARGE = FindingCode(
    "cell_too_large",
    Severity.ERROR,
    "Cell too large",
    "A cell of {bytes} bytes passes the limit of {limit}; it was held out, not cut.",
    "Shorten the cell or leave its column out.",
)
STRAY_QUOTE = FindingCode(
    "stray_quote",
    Severity.WARNING,
    "Quote inside a quoted value",
    "The row holds a quoted value with quotes inside that are not doubled; they were kept as text.",
    "Double the quotes inside the value.",
)
UNTERMINATED_QUOTE = FindingCode(
    "unterminated_quote",
    Severity.WARNING,
    "Quote that never closes",
    "The row opens a quote that does not close; the value was taken to end with its cell.",
    "Close the quote or remove it.",
)
ERROR_VALUE = FindingCode(
    "error_value",
    Severity.WARNING,
    "Error of a formula",
    "Cell {cell} shows the error of a formula instead of a value; it counts as empty.",
    "Correct the formula, or put in the value.",
)
NUMBER_ROUNDED = FindingCode(
    "number_rounded",
    Severity.WARNING,
    "Long number rounded by Excel",
    "The number has more than 15 digits; Excel keeps 15, so the last ones are probably zeros that were not there.",
    "Format the column as text before the long numbers are put in.",
)
DIGITS_LOST = FindingCode(
    "digits_lost",
    Severity.WARNING,
    "Long numbers shortened by a spreadsheet",
    "The column {field} holds numbers like 1.23E+11: a spreadsheet shortened them, and their last digits are lost.",
    "Export the file again without opening it in a spreadsheet, or format the column as text first.",
)
FAR_CELLS = FindingCode(
    "far_cells",
    Severity.WARNING,
    "Cells far away from all others",
    "{count} cell(s) far away from all others in the sheet {sheet}, the first in {cell}, were left out.",
    "Delete them when they are there by mistake; else move them next to the table, or send them by themselves.",
)
SHEET_HIDDEN = FindingCode(
    "sheet_hidden", Severity.INFO, "Hidden sheet", "The sheet is hidden in the workbook; it was read all the same."
)
SHEET_EMPTY = FindingCode("sheet_empty", Severity.INFO, "Empty sheet", "The sheet {sheet} holds no cell.")
TABLE_WITHOUT_ROWS = FindingCode(
    "table_without_rows", Severity.INFO, "Table without rows", "The table has a header and no rows."
)
NO_ROWS = FindingCode(
    "no_rows",
    Severity.ERROR,
    "No rows",
    "The file has a header and no rows.",
    "Export it again, with its rows.",
)

MACROS_LEFT_OUT = FindingCode(
    "macros_left_out", Severity.INFO, "Macros", "The workbook holds macros; they were neither run nor kept."
)
LINKS_NOT_FOLLOWED = FindingCode(
    "links_not_followed",
    Severity.INFO,
    "Links to other files",
    "The workbook links to other files; the links were not followed, the values saved in it were read.",
)
FORMULAS_NOT_COMPUTED = FindingCode(
    "formulas_not_computed",
    Severity.INFO,
    "Formulas",
    "The workbook holds formulas; none was computed, the values saved with them were read.",
)
FORMULAS_WITHOUT_VALUE = FindingCode(
    "formulas_without_value",
    Severity.WARNING,
    "Formulas without a saved value",
    "{count} cell(s) in the sheet {sheet} hold a formula whose value was not saved with it; they count as empty.",
    "Open the file in Excel, save it and send that.",
)
CUT_OFF = FindingCode(
    "cut_off",
    Severity.WARNING,
    "File breaks off",
    "The file can not be read beyond line {line} ({reason}); the rows before it were read.",
    "Export it again, and compare how many rows there should be.",
)
LINE_UNREADABLE = FindingCode(
    "line_unreadable",
    Severity.WARNING,
    "Line that is no record",
    "Line {line} was left out: {reason}.",
    "Export it again, or correct the line.",
)
RECORDS_WITHOUT_ROWS = FindingCode(
    "records_without_rows",
    Severity.INFO,
    "Records without rows",
    "{count} record(s), the first in line {line}, tell nothing of what such a file is read for, and were left out.",
)
KEY_REPEATED = FindingCode(
    "key_repeated",
    Severity.WARNING,
    "Name used twice in a record",
    "The record gives a name more than once; the further values are kept in the column {field}.",
    "Make the names of a record unique.",
)
KEY_TOO_LONG = FindingCode(
    "key_too_long",
    Severity.WARNING,
    "Very long name",
    "A name of {count} characters was shortened to {field}.",
    "Check whether values stand where names should.",
)
BESIDE_THE_ROWS = FindingCode(
    "beside_the_rows",
    Severity.INFO,
    "Values beside the rows",
    "{count} value(s) beside the rows describe the file as a whole; they are no row.",
)
NESTED_ROWS = FindingCode(
    "nested_rows",
    Severity.INFO,
    "Rows inside of rows",
    "The records hold lists of records; they are a table of their own, whose first column gives the row of {parent}.",
)
TYPED_VALUES = FindingCode(
    "typed_values",
    Severity.INFO,
    "Values wrapped in their type",
    "The values are wrapped as DynamoDB writes them; the wrapping was taken off.",
)
WEB_PAGE = FindingCode(
    "web_page",
    Severity.INFO,
    "Web page",
    "The file is a web page (HTML), whatever its name says; it holds {count} table(s). "
    "Nothing it links to was fetched.",
)
UNPACKED = FindingCode(
    "unpacked", Severity.INFO, "Unpacked", "The file is {title}; {count} file(s) in it were read as tables."
)
MEMBER_LEFT_OUT = FindingCode(
    "member_left_out",
    Severity.WARNING,
    "File in the archive left out",
    "{member} in the archive was left out: it {reason}.",
    "Send the file by itself when it matters.",
)

READ_CODES: tuple[FindingCode, ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, FindingCode)
)


def note(
    code: FindingCode,
    *,
    table: str | None = None,
    row_number: int | None = None,
    line: int | None = None,
    field: str | None = None,
    **params: str | int,
) -> Finding:
    """A finding of the reader with its sentence rendered; `line` and `field` may stand in the template."""
    words = {**params, "line": line or 0, "field": field or ""}
    return Finding(code.code, code.severity, AGENT, render(code, **words), table, row_number, line, field, None, params)
