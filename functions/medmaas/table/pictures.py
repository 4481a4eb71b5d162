"""Pictures and other files that a row names by their key, beside the file of rows."""

import base64
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from medmaas.errors import Problem
from medmaas.facts import Fact
from medmaas.model.inputs.reading import KEY, InvalidValueError
from medmaas.table.source import Source

FOLDERS = ("files/", "images/")  # of a bucket; the second is the older name
MAX_BYTES = 80_000_000  # 40 megapixels of 16 bits, not compressed
_LONGEST = 1_024  # bytes of a key in S3
Read = Callable[[object], tuple[str | bytes, Fact | None]]


def fetch_files(
    instance: object, source: Source | None, fields: Mapping[str, bool]
) -> tuple[object, list[Problem]]:
    """The instance with the files in place of their keys, as it is where it has none.

    Args:
        instance: of a row.
        source: beside which the files are; None where nothing is beside the rows.
        fields: that may hold a file, with a dot where one is of a part: the key is beside it; and
            whether it goes there as it is, and not in base64.

    Returns:
        The instance, and what is wrong with its keys.
    """
    problems: list[Problem] = []
    for field, as_bytes in fields.items():
        instance = _fetch(
            instance, partial(_read, source=source, as_bytes=as_bytes), field, problems
        )
    return instance, problems


def merge_problems(keys: Sequence[Problem], others: Sequence[Problem]) -> list[Problem]:
    """What is wrong with keys and with the rest; a file that was not found is not asked for too."""
    asked = {_find_place(problem.field) for problem in keys}
    return [*keys, *(one for one in others if not asked or _find_place(one.field) not in asked)]


def _find_place(field: str | None) -> str:
    """The part that a field is of; nothing where there are no parts."""
    part, dot, _ = (field or "").partition(".")
    return part if dot else ""


def _fetch(
    instance: object, read: Read, field: str, problems: list[Problem], where: str = ""
) -> object:
    part, dot, rest = field.partition(".")
    if not isinstance(instance, dict):
        return instance
    if dot:
        if part not in instance:
            return instance
        return instance | {part: _fetch(instance[part], read, rest, problems, f"{part}.")}
    if KEY not in instance or field in instance:
        return instance
    others: dict[str, Any] = {name: value for name, value in instance.items() if name != KEY}
    content, wrong = read(instance[KEY])
    if wrong:
        problems.append(Problem(0, f"{where}{KEY}", wrong))
        return others
    return others | {field: content}


def _read(key: object, *, source: Source | None, as_bytes: bool) -> tuple[str | bytes, Fact | None]:
    """The file, as it is or in base64, or why it cannot be read."""
    if source is None:
        return "", Fact("nothing_beside_rows")
    if not isinstance(key, str) or not _is_key(key):
        return "", Fact("not_a_key", most=_LONGEST)
    try:
        content = source.read_neighbour(key, MAX_BYTES)
    except InvalidValueError as error:
        return "", error.fact
    if content is None:
        return "", Fact("no_such_picture", folders=[*FOLDERS])
    if len(content) > MAX_BYTES:
        return "", Fact("picture_too_large", megabytes=MAX_BYTES // 10**6)
    return content if as_bytes else base64.b64encode(content).decode(), None


def _is_key(key: str) -> bool:
    """Whether a storage can be asked for it: characters that it takes, and not too many."""
    try:
        written = key.encode()
    except UnicodeEncodeError:  # half a character
        return False
    return 0 < len(written) <= _LONGEST and key.isprintable()
