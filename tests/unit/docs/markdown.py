"""Read the tables of a page of documentation."""

from pathlib import Path

DOCS = Path(__file__).resolve().parents[3] / "docs"


def text(page: str) -> str:
    """Return a page of `docs/`."""
    return (DOCS / page).read_text()


def rows(page: str, *, under: str) -> list[list[str]]:
    """Return the cells of every table row under one heading, without heads and rules; code marks are taken off."""
    section = text(page).split(f"\n{under}\n", 1)[1].split("\n#", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    cells = [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines]
    return [row for index, row in enumerate(cells) if not _is_head(cells, index)]


def _is_head(cells: list[list[str]], index: int) -> bool:
    return _is_rule(cells[index]) or (index + 1 < len(cells) and _is_rule(cells[index + 1]))


def _is_rule(row: list[str]) -> bool:
    return all(set(cell) <= {"-", ":"} for cell in row)
