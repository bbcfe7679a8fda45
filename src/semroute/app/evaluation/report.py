"""A page in Markdown."""

from collections.abc import Iterator

from .pages import Page, Table


def markdown(page: Page, command: str) -> str:
    """Returns a page as a section of a document, with the command that made it."""
    return "\n".join(_lines(page, command)) + "\n"


def _lines(page: Page, command: str) -> Iterator[str]:
    yield f"## {page.title}"
    yield ""
    yield f"Made by `{command}`."
    yield ""
    yield from (f"* {line}" for line in page.lines)
    for table in page.tables:
        yield ""
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    yield f"### {table.title}"
    yield ""
    if table.note:
        yield table.note
        yield ""
    yield _row(table.columns)
    yield _row(("---", *("---:" for _ in table.columns[1:])))
    yield from map(_row, table.rows)


def _row(cells: tuple[str, ...]) -> str:
    # A set may be called anything.
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
