"""What lets a new Lambda environment answer sooner; `make bench` measures it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel


@contextmanager
def importing() -> Iterator[None]:
    """Import in this context what the function is made of.

    Nobody looks for garbage where every object is here to stay; and pydantic builds models when
    they are first used, which FastAPI's models of OpenAPI, most of its start, seldom are.
    """
    gc.disable()
    BaseModel.model_config["defer_build"] = True
    try:
        yield
    finally:
        del BaseModel.model_config["defer_build"]
        gc.freeze()
        gc.enable()
