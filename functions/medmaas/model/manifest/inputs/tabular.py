"""Named values of one person."""

from typing import Literal

from medmaas.model.manifest.inputs.features import Feature
from medmaas.model.manifest.inputs.named import FeaturesSpec
from medmaas.model.manifest.inputs.spec import Shape


class TabularInput(FeaturesSpec):
    """Named features of one person, as one float32 row [n, features]; NaN means missing."""

    kind: Literal["tabular"] = "tabular"

    @property
    def row_features(self) -> tuple[Feature, ...]:
        """All of them."""
        return self.features

    @property
    def recorded_features(self) -> tuple[Feature, ...]:
        """All of them."""
        return self.features

    @property
    def tensor_type(self) -> tuple[str, Shape]:
        """Element type and shape that the graph must declare."""
        return "tensor(float)", (-1, len(self.features))
