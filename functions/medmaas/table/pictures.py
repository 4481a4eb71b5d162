"""Pictures and recordings that a row names by their key, beside the file of rows."""

import base64
from typing import Any

from medmaas.errors import Problem
from medmaas.facts import Fact
from medmaas.model.inputs.reading import InvalidValueError
from medmaas.table.source import Source

IMAGES = "images/"
KEY = "key"
MAX_BYTES = 80_000_000  # 40 megapixels of 16 bits, not compressed
_LONGEST = 1_024  # bytes of a key in S3


def fetch_picture(
    instance: object, source: Source, field: str, *, as_bytes: bool
) -> tuple[object, list[Problem]]:
    """The instance with the picture in place of its key, as it is if it has none.

    Args:
        instance: of a row.
        source: of the row, beside which the picture is.
        field: where it goes.
        as_bytes: whether it goes there as it is, and not in base64.

    Returns:
        The instance, and what is wrong with its key.
    """
    if not isinstance(instance, dict) or KEY not in instance or field in instance:
        return instance, []
    rest: dict[str, Any] = {name: value for name, value in instance.items() if name != KEY}
    key = instance[KEY]
    if not isinstance(key, str) or not _is_key(key):
        return rest, [Problem(0, KEY, Fact("not_a_key", most=_LONGEST))]
    try:
        content = source.read_neighbour(key, MAX_BYTES)
    except InvalidValueError as error:
        return rest, [Problem(0, KEY, error.fact)]
    if content is None:
        return rest, [Problem(0, KEY, Fact("no_such_picture", folder=IMAGES))]
    if len(content) > MAX_BYTES:
        return rest, [Problem(0, KEY, Fact("picture_too_large", megabytes=MAX_BYTES // 10**6))]
    return rest | {field: content if as_bytes else base64.b64encode(content).decode()}, []


def _is_key(key: str) -> bool:
    """Whether a storage can be asked for it: characters that it takes, and not too many."""
    try:
        written = key.encode()
    except UnicodeEncodeError:  # half a character
        return False
    return 0 < len(written) <= _LONGEST and key.isprintable()
