"""What lets a Lambda environment answer sooner, a new one above all; `make bench` measures it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS = 20_000  # more than 1,000 rows make; none of them is part of a circle


@contextmanager
def importing() -> Iterator[None]:
    """Import in this context what a function is made of.

    Nobody looks for garbage where every object is here to stay, nor later in the midst of a
    request; and pydantic builds models when they are first used, which FastAPI's models of OpenAPI,
    most of its start, seldom are.
    """
    gc.disable()
    from pydantic import BaseModel  # noqa: PLC0415 - it is much of what is imported

    BaseModel.model_config["defer_build"] = True
    try:
        yield
    finally:
        BaseModel.model_config.pop("defer_build", None)
        gc.freeze()
        gc.set_threshold(_OBJECTS, *gc.get_threshold()[1:])
        gc.enable()
