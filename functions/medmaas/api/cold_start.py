"""What lets a new Lambda environment answer sooner, and the first 1,000 rows, too.

`make bench` measures it.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import BaseModel

_OBJECTS = 20_000  # of a request with 1,000 rows, none of which is part of a circle


@contextmanager
def importing() -> Iterator[None]:
    """Import in this context what the function is made of.

    Nobody looks for garbage where every object is here to stay, and later not several times in the
    midst of a request; and pydantic builds models when they are first used, which FastAPI's models
    of OpenAPI, most of its start, seldom are.
    """
    gc.disable()
    BaseModel.model_config["defer_build"] = True
    try:
        yield
    finally:
        del BaseModel.model_config["defer_build"]
        gc.freeze()
        gc.set_threshold(_OBJECTS, *gc.get_threshold()[1:])
        gc.enable()
