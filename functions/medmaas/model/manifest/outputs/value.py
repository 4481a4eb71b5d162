"""One number."""

from typing import Literal

from pydantic import Field

from medmaas.model.manifest.contract import Sentence
from medmaas.model.manifest.outputs.spec import OutputSpec


class ValueOutput(OutputSpec):
    """One number with a unit, float32 [n] or [n, 1]."""

    kind: Literal["value"] = "value"
    unit: Sentence = Field(description="The unit of the answer as a UCUM code, 1 if it has none.")
