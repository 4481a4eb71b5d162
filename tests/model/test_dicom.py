"""Shades of a DICOM are those of the standard; pydicom's own functions judge."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import (
    apply_color_lut,
    apply_modality_lut,
    apply_voi_lut,
    convert_color_space,
)

from tests.model.dicom_reading import (
    COLOURS,
    HOUNSFIELD,
    SHOWN,
    dcmread_quietly,
    doubt,
    read,
    refuse,
    tell,
)
from tests.model.dicoms import draw, make, make_lut, write


def judge(made: Dataset) -> NDArray[np.float64]:
    """Shades from 0 to 255 by pydicom's functions, inversion by ourselves."""
    known = dcmread_quietly(write(made))
    values = apply_modality_lut(known.pixel_array, known)
    assert (values == values.round()).all()
    with np.errstate(over="ignore"):  # of a steep sigmoid
        shown = apply_voi_lut(values.astype(np.int64), known).astype(np.float64)
    if "VOILUTSequence" in known:
        low, high = 0.0, 2.0 ** known.VOILUTSequence[0].LUTDescriptor[2] - 1
    else:
        bits = known.BitsStored
        low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        if not known.PixelRepresentation:
            low, high = 0, 2**bits - 1
        if "RescaleSlope" in known:
            ends = [known.RescaleSlope * one + known.RescaleIntercept for one in (low, high)]
            low, high = ends
    share = (shown - low) / (high - low)
    if known.PhotometricInterpretation == "MONOCHROME1":
        share = 1 - share
    shades: NDArray[np.float64] = 255 * share.clip(0, 1)
    return shades


@st.composite
def pictures(draws: st.DrawFn) -> Dataset:
    """Any grey picture with a window or a table."""
    bits = draws(st.integers(8, 16))
    signed = draws(st.booleans())
    rng = np.random.default_rng(draws(st.integers(0, 99)))
    low = -(2 ** (bits - 1)) if signed else 0
    pixels = rng.integers(low, low + 2**bits, (6, 7)).astype(np.int16 if signed else np.uint16)
    changes: dict[str, Any] = {
        "BitsStored": bits,
        "PhotometricInterpretation": draws(st.sampled_from(("MONOCHROME1", "MONOCHROME2"))),
    }
    least, most = low, low + 2**bits - 1
    if draws(st.booleans()):
        slope, intercept = draws(st.integers(1, 4)), draws(st.integers(-2000, 2000))
        changes |= {"RescaleSlope": slope, "RescaleIntercept": intercept}
        least, most = slope * least + intercept, slope * most + intercept
    if draws(st.booleans()):
        changes["WindowCenter"] = draws(st.integers(least, most))
        changes["WindowWidth"] = draws(st.integers(2, most - least))
        function = draws(st.sampled_from((None, "LINEAR", "LINEAR_EXACT", "SIGMOID")))
        if function:
            changes["VOILUTFunction"] = function
    else:
        depth = draws(st.integers(10, 16))
        entries = np.sort(rng.integers(0, 2**depth, draws(st.integers(2, 300))))
        first = draws(st.integers(max(least, -(2**15)), min(most, 2**15 - 1)))
        if least >= 0:
            first = abs(first)
        assume(most - first < 2**16)  # pydicom counts the places of a table in 16 bits
        changes["VOILUTSequence"] = make_lut(entries, first, depth, "VOI")
    return make(pixels, **changes)


@given(pictures())
@settings(max_examples=150, deadline=None)
def test_shades_are_those_of_pydicoms_own_transforms(made: Dataset) -> None:
    apart = np.abs(read(made) - judge(made))
    assert apart.max() <= 0.51, apart.max()


@given(st.integers(0, 50), st.booleans())
@settings(deadline=None)
def test_a_modality_lut_is_applied_before_the_window(seed: int, signed: bool) -> None:  # noqa: FBT001
    rng = np.random.default_rng(seed)
    pixels = rng.integers(-100 if signed else 0, 100, (5, 6)).astype(np.int16)
    pixels = pixels if signed else pixels.astype(np.uint16)
    entries = rng.integers(0, 4096, 120)  # in 16 bits, because pydicom knows no other
    first = -60 if signed else 3
    made = make(pixels, BitsStored=12, WindowCenter=1000, WindowWidth=1500)
    made.ModalityLUTSequence = make_lut(entries, first, 16, "Modality", ModalityLUTType="US")
    values = entries[(pixels.astype(int) - first).clip(0, 119)]
    assert (apply_modality_lut(dcmread_quietly(write(made)).pixel_array, made) == values).all()
    expected = 255 * ((values - 999.5) / 1499 + 0.5).clip(0, 1)
    assert np.abs(read(made) - expected).max() <= 0.51


def test_monochrome1_is_inverted_once_and_that_is_told() -> None:
    bright, dark = make(draw(), BitsStored=12, **SHOWN), make(draw(), BitsStored=12, **SHOWN)
    dark.PhotometricInterpretation = "MONOCHROME1"
    assert (read(dark) == 255 - read(bright)).all()
    assert "dicom_inverted" in tell(dark)
    assert "dicom_inverted" not in tell(bright)
    dark.PresentationLUTShape = "INVERSE"  # goes with MONOCHROME1, and inverts nothing twice
    assert (read(dark) == 255 - read(bright)).all()
    bright.PresentationLUTShape = "IDENTITY"
    assert (read(dark) == 255 - read(bright)).all()


@pytest.mark.parametrize(
    ("photometric", "shape"), [("MONOCHROME1", "IDENTITY"), ("MONOCHROME2", "INVERSE")]
)
def test_a_file_that_says_black_twice_and_otherwise_is_refused(
    photometric: str, shape: str
) -> None:
    changes = {"PhotometricInterpretation": photometric, "PresentationLUTShape": shape}
    assert refuse(make(draw(), BitsStored=12, **SHOWN, **changes)) == "dicom_shape_contradicts"


def test_overlays_in_the_high_bits_are_no_part_of_the_picture() -> None:
    plain = draw()
    overlaid = plain | np.uint16(0xF000) * (np.indices(plain.shape)[0] % 2).astype(np.uint16)
    changes = SHOWN | {"BitsStored": 12}
    assert (read(make(overlaid, **changes)) == read(make(plain, **changes))).all()


def test_numbers_may_stand_at_the_high_end_of_a_cell() -> None:
    changes = SHOWN | {"BitsStored": 12}
    high = make(draw() << 4, HighBit=15, **changes)
    assert (read(high) == read(make(draw(), **changes))).all()


def test_signed_numbers_of_twelve_bits_are_extended() -> None:
    plain = draw().astype(np.int32) - 2048
    cells = (plain & 0xFFF).astype(np.uint16)  # the sign in bit 11, nothing above it
    made = make(cells, BitsStored=12, PixelRepresentation=1, WindowCenter=0, WindowWidth=4096)
    assert np.abs(read(made) - read(make(draw(), BitsStored=12, **SHOWN)).astype(int)).max() <= 1


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_black_whichever_end_is(photometric: str) -> None:
    pixels = draw()
    pixels[:5], pixels[5:10] = 4000, 4010
    changes: dict[str, Any] = {"PhotometricInterpretation": photometric}
    made = make(pixels, BitsStored=12, PixelPaddingValue=4000, **changes, **SHOWN)
    made["PixelPaddingValue"].VR = "US"
    assert (read(made)[:5] == 0).all()
    assert len({*read(made)[5:10].ravel()} - {0}) == 1
    made.PixelPaddingRangeLimit = 4010
    made["PixelPaddingRangeLimit"].VR = "US"
    assert (read(made)[:10] == 0).all()
    assert "dicom_padding_black" in tell(made)


def test_padding_of_more_bits_than_are_stored_is_found_all_the_same() -> None:
    pixels = draw().astype(np.int16)
    pixels[:5] = -2000
    made = make(pixels, BitsStored=12, PixelRepresentation=1, WindowCenter=0, WindowWidth=4096)
    made.PixelPaddingValue = -2000
    made["PixelPaddingValue"].VR = "SS"
    assert (read(made)[:5] == 0).all()


def test_a_ct_is_read_in_hounsfield_units_by_the_models_window() -> None:
    units = np.linspace(-1100, 600, 42).reshape(6, 7).round()
    changes = {"Modality": "CT", "RescaleSlope": 2, "RescaleIntercept": -1200}
    made = make(((units + 1200) / 2).astype(np.uint16), BitsStored=12, **changes)
    values = apply_modality_lut(made.pixel_array, made)
    expected = 255 * ((values + 1000) / 1400).clip(0, 1)
    assert np.abs(read(made, HOUNSFIELD) - expected).max() <= 0.51
    assert "dicom_by_model_window" in tell(made, HOUNSFIELD)
    made.WindowCenter, made.WindowWidth = 40, 400  # the file's own is not the model's
    assert np.abs(read(made, HOUNSFIELD) - expected).max() <= 0.51


def test_values_of_another_unit_or_of_none_are_refused() -> None:
    changes = {"Modality": "CT", "RescaleSlope": 1, "RescaleIntercept": -1024}
    assert refuse(make(draw(), Modality="CT"), HOUNSFIELD) == "dicom_without_values"
    assert refuse(make(draw(), RescaleType="US", **changes), HOUNSFIELD) == "dicom_of_other_unit"
    assert refuse(make(draw(), Modality="CT", RescaleSlope=1), HOUNSFIELD) == (
        "dicom_transform_unclear"
    )
    colour = make(np.zeros((8, 8, 3), np.uint8), Modality="CT")
    assert refuse(colour, HOUNSFIELD) == "dicom_without_values"


def test_the_first_of_several_windows_counts_and_that_is_told() -> None:
    made = make(draw(), BitsStored=12, WindowCenter=[1000, 2000], WindowWidth=[500, 4000])
    one = make(draw(), BitsStored=12, WindowCenter=1000, WindowWidth=500)
    assert (read(made) == read(one)).all()
    assert "dicom_by_first_window" in tell(made)
    assert "dicom_by_window" in tell(one)
    made.VOILUTSequence = make_lut(np.arange(4096), 0, 12, "VOI")
    assert "dicom_by_first_lut" in tell(made)


def test_without_a_window_more_than_8_bits_have_no_answer() -> None:
    assert doubt(make(draw(), BitsStored=12)) == "dicom_without_window"
    assert doubt(make(draw(), BitsStored=12, **SHOWN)) is None
    eight = make(draw(bits=8).astype(np.uint8))
    assert doubt(eight) is None
    assert (read(eight) == draw(bits=8)).all()


@pytest.mark.parametrize(
    "changes",
    [
        {"WindowCenter": 5, "WindowWidth": 0},
        {"WindowCenter": [5, 6], "WindowWidth": 10},
        {"WindowCenter": 5, "WindowWidth": 0.5},
        {"WindowCenter": 5, "WindowWidth": 10, "VOILUTFunction": "CUBIC"},
        {"RescaleSlope": 0, "RescaleIntercept": 0, "WindowCenter": 5, "WindowWidth": 10},
        {"VOILUTSequence": make_lut(np.arange(20), 0, 7, "VOI")},
    ],
)
def test_a_transform_that_cannot_be_applied_is_refused(changes: dict[str, Any]) -> None:
    assert refuse(make(draw(), BitsStored=12, **changes)) == "dicom_transform_unclear"


def test_colours_are_read_in_every_order_and_space() -> None:
    assert (read(make(COLOURS, Modality="US"), mode="RGB") == COLOURS).all()
    planes = make(COLOURS, PlanarConfiguration=1)
    planes.PixelData = COLOURS.transpose(2, 0, 1).tobytes()
    assert (read(planes, mode="RGB") == COLOURS).all()
    ybr = make(COLOURS, PhotometricInterpretation="YBR_FULL")
    expected = convert_color_space(COLOURS, "YBR_FULL", "RGB").astype(int)
    assert np.abs(read(ybr, mode="RGB") - expected).max() <= 1


def test_colours_of_half_the_columns_are_spread() -> None:
    rng = np.random.default_rng(1)
    stored = rng.integers(0, 256, (48 * 32, 4)).astype(np.uint8)  # Y Y Cb Cr
    made = make(COLOURS, PhotometricInterpretation="YBR_FULL_422")
    made.PixelData = stored.tobytes()
    expected = dcmread_quietly(write(made)).pixel_array  # pydicom spreads them, and makes RGB
    assert np.abs(read(made, mode="RGB").astype(int) - expected).max() <= 1


@pytest.mark.parametrize("bits", [8, 16])
def test_a_palette_is_looked_up(bits: int) -> None:
    rng = np.random.default_rng(0)
    made = make(rng.integers(0, 256, (6, 8)).astype(np.uint8), Modality="US")
    made.PhotometricInterpretation = "PALETTE COLOR"
    for name in ("Red", "Green", "Blue"):
        entries = rng.integers(0, 2**bits, 200)
        descriptor = f"{name}PaletteColorLookupTableDescriptor"
        setattr(made, descriptor, [200, 10, bits])
        made[descriptor].VR = "US"
        data = entries.astype("<u2" if bits == 16 else np.uint8).tobytes()
        setattr(made, f"{name}PaletteColorLookupTableData", data)
    known = dcmread_quietly(write(made))
    expected = apply_color_lut(known.pixel_array, known)
    expected = expected >> 8 if bits == 16 else expected
    assert (read(made, mode="RGB") == expected).all()


@pytest.mark.parametrize("slope", [-1, -0.5, 0.25])
def test_a_falling_or_fractional_rescale_is_followed(slope: float) -> None:
    changes = {"RescaleSlope": slope, "RescaleIntercept": 100}
    made = make(draw(), BitsStored=12, WindowCenter=0, WindowWidth=900, **changes)
    values = apply_modality_lut(made.pixel_array, made)
    expected = 255 * ((values + 0.5) / 899 + 0.5).clip(0, 1)
    assert np.abs(read(made) - expected).max() <= 0.51


@pytest.mark.parametrize("width", [1, 1.5, 2])
def test_a_narrow_window_is_a_step(width: float) -> None:
    made = make(draw(), BitsStored=12, WindowCenter=2000, WindowWidth=width)
    shades = read(made)
    assert (shades[draw() >= 2001] == 255).all()
    assert (shades[draw() <= 1998] == 0).all()
