"""What lets a new Lambda environment answer sooner; `make bench` measures it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """Import in this context what a function is made of.

    Nobody looks for garbage where every object is here to stay; and pydantic builds models when
    they are first used, which FastAPI's models of OpenAPI, most of its start, seldom are.
    """
    gc.disable()
    from pydantic import BaseModel  # noqa: PLC0415 - it is much of what is imported

    BaseModel.model_config["defer_build"] = True
    try:
        yield
    finally:
        BaseModel.model_config.pop("defer_build", None)
        gc.freeze()
        gc.enable()
