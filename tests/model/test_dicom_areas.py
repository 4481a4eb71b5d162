"""Areas of a mask over a DICOM are in mm2 by what the file says of its pixels, and only by that."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from medmaas.model.options import Options
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from tests.masks import SIDE, add_model, write_shades
from tests.model.dicoms import encode, make, write

Json = dict[str, Any]
INPUT: Json = {
    "kind": "image", "tensor": "pixels", "height": SIDE, "width": SIDE, "mode": "L",
    "layout": "NCHW",
}  # fmt: skip
AREA = 64  # mm2 of what is bright, in each of the files below


def draw_block(rows: int, columns: int) -> NDArray[np.uint8]:
    """A quarter of the height and of the width is bright, in the middle."""
    pixels = np.zeros((rows, columns), np.uint8)
    pixels[3 * rows // 8 : 5 * rows // 8, 3 * columns // 8 : 5 * columns // 8] = 255
    return pixels


@pytest.fixture(scope="module", name="ask")
def _ask(tmp_path_factory: pytest.TempPathFactory) -> Any:
    models = tmp_path_factory.mktemp("areas") / "models"
    models.mkdir()
    threshold = {"threshold": {"value": 0.5, "chosen": "by hand"}}
    for name, spacing, stated in (
        ("any", None, None),
        ("held", {"millimetres": 1.0}, None),
        ("brought", {"millimetres": 1.0, "beyond": "resample"}, None),
        ("stated", None, [3.0, 3.0]),
    ):
        dicom = {"modalities": ["DX"]} | ({"pixel_spacing": spacing} if spacing else {})
        output = threshold | ({"pixel_spacing": stated} if stated else {})
        add_model(models, write_shades(), name, output=output, input=INPUT | {"dicom": dicom})
    registry = Registry(models)

    def ask(name: str, pixels: NDArray[np.uint8], **header: Any) -> Json:
        instance = {"image": encode(write(make(pixels, **header)))}
        (row,) = predict(registry.get(name), [instance], Options(force=True))
        (area,) = row["output"]["areas"]
        return {"status": row["status"], **row["output"]["box"], **area}

    return ask


def test_a_pixel_of_half_a_millimetre_is_a_quarter_of_a_square_millimetre(ask: Any) -> None:
    area = ask("any", draw_block(SIDE, SIDE), PixelSpacing=[0.5, 0.5])
    assert area["pixels"] == 64
    assert area["mm2"] == area["pixels"] * 0.25


def test_a_picture_made_smaller_has_the_area_that_it_shows(ask: Any) -> None:
    pixels = draw_block(64, 64)
    area = ask("any", pixels, PixelSpacing=[0.5, 0.5])
    assert area["mm2"] == np.count_nonzero(pixels) * 0.25 == AREA
    assert (area["left"], area["right"], area["status"]) == (0, 64, "ok")


@pytest.mark.parametrize(
    ("size", "spacing"), [((64, 64), [0.5, 0.5]), ((64, 128), [0.5, 0.25]), ((32, 32), [1, 1])]
)
def test_a_picture_brought_to_the_spacing_of_the_model_has_its_area(
    ask: Any, size: tuple[int, int], spacing: list[float]
) -> None:
    area = ask("brought", draw_block(*size), PixelSpacing=spacing)
    assert (area["mm2"], area["pixels"], area["status"]) == (AREA, 64, "ok")


def test_a_file_near_the_spacing_of_the_model_has_areas_by_its_own(ask: Any) -> None:
    for name in ("held", "brought"):
        area = ask(name, draw_block(SIDE, SIDE), PixelSpacing=[1.02, 1.02])
        assert area["status"] == "ok"
        assert area["mm2"] == pytest.approx(area["pixels"] * 1.02**2, abs=1e-6)


def test_a_spacing_that_differs_down_and_across_counts_both(ask: Any) -> None:
    area = ask("any", draw_block(SIDE, SIDE), PixelSpacing=[0.5, 0.25])
    assert (area["mm2"], area["status"]) == (64 * 0.125, "forced")  # pixels that are not square


def test_the_spacing_of_a_file_comes_before_that_of_the_manifest(ask: Any) -> None:
    assert ask("stated", draw_block(SIDE, SIDE), PixelSpacing=[0.5, 0.5])["mm2"] == 64 * 0.25
    assert ask("stated", draw_block(SIDE, SIDE))["mm2"] == 64 * 9


def test_the_spacing_of_a_detector_is_none_of_the_patient(ask: Any) -> None:
    pixels = draw_block(SIDE, SIDE)
    imager = {"ImagerPixelSpacing": [0.5, 0.5]}
    assert ask("any", pixels)["mm2"] is None
    assert ask("any", pixels, **imager)["mm2"] is None
    assert ask("any", pixels, **imager, PixelSpacing=[0.5, 0.5])["mm2"] is None  # only repeated
    magnified = ask("any", pixels, **imager, EstimatedRadiographicMagnificationFactor=2)
    assert magnified["mm2"] == 64 * 0.25**2
