"""Blood cells drawn from ellipses, so that there are pictures to try that are nobody's cell.

Found by random changes of a first sketch until the network that ships took each for its cell and
for one like those that it learned from.
"""

import base64
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

_SIDE = 28  # pixels
_FINER = 8  # times as many are drawn on
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Cell:
    """A picture of 100 x 100 units.

    Attributes:
        ground: the colour behind everything.
        ellipses: middle, width, height and colour, each painted over those before it.
        blur: in tenths of a pixel.
    """

    ground: Colour
    ellipses: tuple[tuple[int, int, int, int, Colour], ...]
    blur: int


def draw_cell(cell: Cell) -> str:
    """The picture, a PNG of 28 x 28 pixels in base64."""
    side = _SIDE * _FINER
    picture, unit = Image.new("RGB", (side, side), cell.ground), side / 100
    pen = ImageDraw.Draw(picture)
    for x, y, width, height, colour in cell.ellipses:
        corners = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        pen.ellipse([corner * unit for corner in corners], fill=colour)
    soft = picture.filter(ImageFilter.GaussianBlur(cell.blur * _FINER / 10))
    file = BytesIO()
    soft.resize((_SIDE, _SIDE), Image.Resampling.BOX).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode("ascii")


DRAWN_CELLS = {
    "neutrophil": Cell(
        (247, 213, 189),
        (
            (74, 94, 34, 30, (228, 174, 168)),
            (97, 64, 38, 39, (231, 176, 156)),
            (99, 58, 29, 27, (220, 185, 157)),
            (50, 50, 73, 75, (224, 173, 181)),
            (36, 41, 19, 24, (147, 87, 149)),
            (65, 42, 21, 27, (136, 83, 148)),
            (59, 62, 21, 24, (120, 82, 136)),
            (35, 55, 25, 23, (121, 71, 144)),
            (59, 38, 27, 28, (140, 78, 153)),
        ),
        2,
    ),
    "eosinophil": Cell(
        (234, 221, 208),
        (
            (76, 105, 33, 37, (208, 176, 172)),
            (103, 25, 34, 36, (222, 195, 179)),
            (50, 50, 71, 64, (237, 142, 143)),
            (37, 56, 25, 29, (149, 83, 140)),
            (66, 44, 27, 27, (146, 95, 147)),
        ),
        3,
    ),
    "lymphocyte": Cell(
        (240, 214, 184),
        (
            (110, 59, 35, 42, (211, 165, 178)),
            (71, 95, 30, 35, (208, 158, 152)),
            (53, 50, 59, 56, (181, 197, 216)),
            (53, 47, 53, 50, (105, 82, 133)),
            (44, 53, 29, 27, (113, 72, 138)),
        ),
        7,
    ),
    "platelet": Cell(
        (245, 223, 207),
        (
            (16, 100, 33, 35, (214, 165, 182)),
            (96, 55, 29, 27, (214, 158, 160)),
            (108, 27, 32, 35, (211, 172, 159)),
            (32, 2, 36, 36, (221, 177, 156)),
            (50, 50, 27, 29, (171, 159, 195)),
            (50, 50, 18, 18, (150, 102, 162)),
        ),
        8,
    ),
}
