"""Files of good and bad rows, and which is which, known from how they are made."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from medmaas.table import csv_rows, json_rows

from .files import HEADER

BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Made:
    """A file, and the lines of its good rows, by row number; the bad ones by what ails them."""

    content: bytearray = field(default_factory=bytearray)
    good: dict[int, bytes] = field(default_factory=dict)
    bad: dict[int, str] = field(default_factory=dict)
    empty_lines: int = 0

    @property
    def rows(self) -> int:
        return len(self.good) + len(self.bad)

    def alone(self) -> bytes:
        """The good rows, without anything between them."""
        return b"".join(line + b"\n" for line in self.good.values())


Cells = list[str]


def _change(position: int, cell: str) -> Callable[[Cells], bytes]:
    return lambda cells: ",".join([*cells[:position], cell, *cells[position + 1 :]]).encode()


BAD_CELLS: dict[str, Callable[[Cells], bytes]] = {
    "a column too few": lambda cells: ",".join(cells[:-1]).encode(),
    "a column too many": lambda cells: ",".join([*cells, "1"]).encode(),
    "text for a number": _change(1, "sixty"),
    "out of range": _change(1, "167"),
    "missing": _change(4, ""),
    "not a number": _change(1, "NaN"),
    "infinite": _change(4, "inf"),
    "an underscore": _change(1, "6_0"),
    "no choice": _change(2, "X"),
    "no truth": _change(6, "perhaps"),
    "not UTF-8": lambda cells: b"\xe9" + ",".join(cells).encode(),
    "a quote that is not closed": _change(2, '"F'),
    "a quote within": _change(2, '"F"x'),
    "over two lines": lambda cells: _change(0, '"two\nlines"')([cells[0], "400", *cells[2:]]),
    "a long id": _change(0, "i" * 257),
    "a long line": lambda cells: ",".join(cells).encode() + b"l" * csv_rows.LIMITS.line,
    "a formula for an id": _change(0, "=1+1"),
    "a comparator": _change(4, "<0.5"),
}
BAD_INSTANCES: dict[str, Callable[[str], bytes]] = {
    "a field twice": lambda text: f'{{"age": 60, {text[1:]}'.encode(),
    "text for a number": lambda text: text.replace('"age": ', '"age": "x", "y": ').encode(),
    "out of range": lambda text: text.replace('"age": ', '"age": 9').encode(),
    "missing": lambda text: text.replace('"sex"', '"six"').encode(),
    "not a number": lambda text: text.replace('"age": ', '"age": NaN, "y": ').encode(),
    "cut short": lambda text: text[:-1].encode(),
    "a list": lambda text: f"[{text}]".encode(),
    "null": lambda _text: b"null",
    "not UTF-8": lambda text: text.encode().replace(b'"F"', b'"\xe9"').replace(b'"M"', b'"\xe9"'),
    "a long id": lambda text: text.replace('{"id": ', f'{{"id": "{"i" * 257}", "y": ').encode(),
    "an id of half a character": lambda text: text.replace('"id": "', '"id": "\\ud800').encode(),
    "a long line": lambda text: text.encode() + b" " * json_rows.LIMITS.line,
}


def make_table(rows: int, bad: float, seed: int) -> Made:
    """A CSV file for the survival model: BOM, all line ends, no line feed at its end."""
    rng, made = Random(seed), Made()  # noqa: S311
    names = list(BAD_CELLS)
    made.content += BOM + HEADER + b"\r\n"
    for row in _numbered(rows, made, rng):
        cells = _draw_cells(rng, row)
        if rng.random() < bad:
            made.bad[row] = names[len(made.bad) % len(names)]
            one_line = [f"P{row}", *cells[1:]]  # the second line of a bad row is a row by itself
            made.content += BAD_CELLS[made.bad[row]](one_line)
        else:
            made.good[row] = ",".join(cells).encode()
            made.content += made.good[row]
    return made


def make_instances(rows: int, bad: float, seed: int) -> Made:
    """JSON Lines for the survival model."""
    rng, made = Random(seed), Made()  # noqa: S311
    names = list(BAD_INSTANCES)
    for row in _numbered(rows, made, rng):
        instance = {
            "id": f"P {row}, Å",
            "age": rng.randint(50, 99),
            "sex": rng.choice("FM"),
            "creatinine": rng.choice([None, 0.9, 1]),
            "kappa": rng.randint(1, 500) / 100,
            "lambda": rng.randint(1, 500) / 100,
            "mgus": rng.random() < 0.5,
        }
        text = json.dumps(instance, ensure_ascii=rng.random() < 0.5)
        if rng.random() < bad:
            made.bad[row] = names[len(made.bad) % len(names)]
            made.content += BAD_INSTANCES[made.bad[row]](text)
        else:
            made.good[row] = text.encode()
            made.content += made.good[row]
    return made


def make_histories(histories: int, bad: float, seed: int) -> Made:
    """Long CSV for the chemo_dose model; bad histories have a day that cannot be read."""
    rng, made = Random(seed), Made()  # noqa: S311
    made.content += b"id,day,anc,platelets,wbc,dose,gcsf\n"
    row = 1
    for history in range(histories):
        is_bad, first, lines = rng.random() < bad, row, list[str]()
        for day in range(-7 * rng.randint(1, 4), 1, 7):
            written = f"day {day}" if is_bad and row == first else str(day)
            lines.append(f"P{history},{written},{rng.randint(1, 9)},{rng.randint(90, 300)},6,,")
            row += 1
        text = "".join(f"{line}\n" for line in lines).encode()
        if is_bad:
            made.bad[first] = "a day that is none"
        else:
            made.good[first] = text
        made.content += text
    return made


def _numbered(rows: int, made: Made, rng: Random) -> Iterator[int]:
    """Row numbers; puts what stands between rows between them."""
    for row in range(1, rows + 1):
        yield row
        if row < rows:
            made.content += rng.choice([b"\n", b"\n", b"\r\n"])
            if rng.random() < 0.01:
                made.content += b"\r\n\n"
                made.empty_lines += 2


def _draw_cells(rng: Random, row: int) -> Cells:
    name = rng.choice([f"P{row}", f"P{row}", f"Å {row}", "", f'"a, ""{row}"""', f'"a\n{row}"'])
    return [
        name,
        str(rng.randint(50, 99)),
        rng.choice("FM"),
        rng.choice(["", "0.9", " 1.1 ", "1"]),
        str(rng.randint(1, 500) / 100),
        str(rng.randint(1, 500) / 100),
        rng.choice(["true", "FALSE", "1", "0"]),
    ]
