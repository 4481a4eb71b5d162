"""A mask: a column that names the PNG of the true one, beside the table."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from medmaas.model.inputs.reading import InputColumn
from medmaas.model.kinds import expect
from medmaas.model.manifest import MaskOutput, Output
from medmaas.table.pictures import MAX_BYTES
from medmaas_training.validation.outputs import (
    Beside,
    Came,
    OutcomeReader,
    Rows,
    require_targets,
)
from medmaas_training.validation.request import Request
from medmaas_training.validation.table import Cells

_TWO = 2
_WHITE = 255
_GREY = {"1", "L", "P"}  # modes of pictures that have one number per pixel, of a byte

Mask = NDArray[np.uint8]


class MaskReader(OutcomeReader):
    """A pixel is the position of its label; of two labels white is the other one, too."""

    def __init__(self, output: MaskOutput) -> None:
        super().__init__(output)
        self._spec = output

    def name_columns(self, request: Request) -> list[InputColumn]:
        """One."""
        (column, _), *_ = require_targets(request, 1, "the names of the masks' PNG files")
        return [InputColumn(column, "text")]

    def read(self, cells: Sequence[Cells], beside: Beside) -> Came:
        """Positions of labels, [n, height, width]."""
        (column, _), *_ = beside.request.targets
        masks = [self._read(row[column], beside) for row in cells]
        known = np.array([mask is not None for mask in masks], bool)
        told: tuple[str, ...] = ()
        if lost := int((~known).sum()):
            told = (
                f"{lost} of {len(masks)} rows name in {column} no PNG of {self._spec.width} x "
                f"{self._spec.height} pixels, each the position of a label, and are not measured "
                "on",
            )
        shape = (0, self._spec.height, self._spec.width)
        found = [mask for mask in masks if mask is not None]
        return Came(np.stack(found) if found else np.zeros(shape, np.uint8), known, told)

    def stratify(self, outcome: Any) -> Rows:  # noqa: ANN401
        """Whether anything that is looked for is there."""
        background = self._spec.labels.index(self._spec.background)
        found: Rows = (outcome != background).any(axis=(1, 2)).astype(np.intp)
        return found

    def _read(self, cell: object, beside: Beside) -> Mask | None:
        key = "" if cell is None else str(cell).strip()
        content = beside.source.read_neighbour(key, MAX_BYTES) if key else None
        if content is None:
            return None
        try:
            with PIL.Image.open(BytesIO(content), formats=["PNG"]) as picture:
                if (
                    picture.size != (self._spec.width, self._spec.height)
                    or picture.mode not in _GREY
                ):
                    return None
                shades = np.asarray(picture).astype(np.uint8)
        except (OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombError):
            return None
        if len(self._spec.labels) == _TWO and np.isin(shades, (0, _WHITE)).all():
            background = self._spec.labels.index(self._spec.background)
            return np.where(shades == _WHITE, 1 - background, background).astype(np.uint8)
        return shades if shades.max() < len(self._spec.labels) else None


def make(output: Output) -> MaskReader:
    """What reads."""
    return MaskReader(expect(output, MaskOutput))
