"""The few marks of Markdown that a card is made of."""

from collections.abc import Iterable, Sequence


def bullets(items: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {item}" for item in items)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table: a header, and rows of as many cells."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
