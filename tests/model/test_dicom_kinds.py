"""Which DICOM pictures a model takes, how large their pixels are, and what is told of them."""

from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from medmaas.model.inputs.image import Image
from medmaas.model.manifest import DicomPictures, PixelSpacing
from tests.model.dicom_reading import EVERY, SHOWN, doubt, read, read_all, refuse, state, tell
from tests.model.dicoms import SECONDARY_CAPTURE, draw, encode, make, write


@pytest.mark.parametrize(
    ("modality", "code"),
    [
        ("NM", "dicom_of_other_modality"),
        ("PT", "dicom_of_other_modality"),
        ("RTIMAGE", "dicom_of_other_modality"),
        ("SR", "dicom_without_picture"),
        ("PR", "dicom_without_picture"),
        ("RTPLAN", "dicom_without_picture"),
        ("SEG", "dicom_without_picture"),
        ("ECG", "dicom_without_picture"),
        ("DOC", "dicom_without_picture"),
        ("MEIER^ANNA", "dicom_of_unknown_modality"),
        ("dx", "dicom_of_unknown_modality"),
        ("SC", "dicom_of_unknown_modality"),  # no defined term, though a manifest says it
        ("", "dicom_of_unknown_modality"),
        (None, "dicom_of_unknown_modality"),
    ],
)
def test_another_modality_is_refused_by_its_name_if_dicom_defines_it(
    modality: str | None, code: str
) -> None:
    content = write(make(draw(), BitsStored=12, Modality="DX", **SHOWN))
    if modality is None:
        content = write(make(draw(), BitsStored=12, Modality=None, **SHOWN))
    else:
        made = make(draw(), BitsStored=12, **SHOWN)
        made["Modality"] = type(made["Modality"])("Modality", "SH", modality)
        content = write(made)
    assert refuse(content) == code


def test_a_secondary_capture_is_one_whatever_modality_it_states() -> None:
    made = make(draw(bits=8).astype(np.uint8), Modality="CT", SOPClassUID=SECONDARY_CAPTURE)
    assert refuse(made, DicomPictures(modalities=("CT",))) == "dicom_secondary_capture"
    assert doubt(made, DicomPictures(modalities=("SC",))) is None


def test_an_object_without_pixels_is_none() -> None:
    made = make(draw())
    del made.PixelData
    made.EncapsulatedDocument = b"%PDF-1.7"
    assert refuse(made) == "dicom_without_pixels"


def test_several_frames_are_refused() -> None:
    assert refuse(make(draw(), NumberOfFrames=2)) == "dicom_of_several_frames"
    twice = make(draw(), BitsStored=12, **SHOWN)
    twice.PixelData += twice.PixelData  # which says nothing of frames
    assert refuse(twice) == "several_pictures"
    assert doubt(make(draw(), BitsStored=12, NumberOfFrames=1, **SHOWN)) is None


def test_an_enhanced_object_is_refused_even_of_one_frame() -> None:
    made = make(draw(), NumberOfFrames=1)
    made.SharedFunctionalGroupsSequence = Sequence([Dataset()])
    assert refuse(made) == "enhanced_dicom"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"PhotometricInterpretation": "HSV"}, "dicom_of_other_colours"),
        ({"PhotometricInterpretation": "YBR_PARTIAL_420"}, "dicom_of_other_colours"),
        ({"SamplesPerPixel": 3}, "dicom_of_other_colours"),
        ({"BitsAllocated": 32}, "dicom_of_other_bits"),
        ({"BitsAllocated": 1}, "dicom_of_other_bits"),
        ({"BitsStored": 17}, "damaged_dicom"),
        ({"BitsStored": 12, "HighBit": 3}, "damaged_dicom"),
        ({"PixelRepresentation": 2}, "damaged_dicom"),
        ({"Rows": 0}, "damaged_dicom"),
        ({"Rows": None}, "damaged_dicom"),
        ({"Rows": 41}, "damaged_dicom"),
        ({"Rows": 65535, "Columns": 65535}, "too_many_megapixels"),
    ],
)
def test_pixels_of_another_form_are_refused(changes: dict[str, Any], code: str) -> None:
    made = make(draw(), **SHOWN)
    for name, value in changes.items():
        if value is None:
            delattr(made, name)
        else:
            setattr(made, name, value)
    assert refuse(made) == code


SPACED = {"PixelSpacing": [0.2, 0.2]}


IMAGER = {"ImagerPixelSpacing": [0.2, 0.2]}


def of_spacing(millimetres: float, **more: Any) -> DicomPictures:
    spacing = PixelSpacing(millimetres=millimetres, **more)
    return EVERY.model_copy(update={"pixel_spacing": spacing})


@pytest.mark.parametrize(
    ("changes", "millimetres", "code", "told"),
    [
        (SPACED, 0.2, None, "dicom_spacing_stated"),
        (SPACED, 0.19, None, "dicom_spacing_stated"),
        (SPACED, 0.3, "dicom_of_other_spacing", "dicom_spacing_stated"),
        ({}, 0.2, "dicom_without_spacing", "dicom_spacing_unknown"),
        (IMAGER, 0.2, None, "dicom_spacing_of_detector"),
        (SPACED | IMAGER, 0.2, None, "dicom_spacing_of_detector"),
        ({"PixelSpacing": [0.3, 0.3], **IMAGER}, 0.3, None, "dicom_spacing_stated"),
        (
            IMAGER | {"EstimatedRadiographicMagnificationFactor": 2},
            0.1,
            None,
            "dicom_spacing_corrected",
        ),
        ({"PixelSpacing": [0.2, 0.3]}, 0.2, "dicom_of_other_spacing", "dicom_spacing_stated"),
    ],
)
def test_a_pixel_of_another_size_than_the_model_learned_has_no_answer(
    changes: dict[str, Any], millimetres: float, code: str | None, told: str
) -> None:
    made = make(draw(), BitsStored=12, **SHOWN, **changes)
    dicom = of_spacing(millimetres, tolerance=0.1)
    assert doubt(made, dicom) == code
    assert told in tell(made, dicom)


def test_a_picture_is_brought_to_the_models_spacing() -> None:
    made = make(draw(80, 100), BitsStored=12, PixelSpacing=[0.2, 0.4], **SHOWN)
    dicom = of_spacing(0.4, beyond="resample")
    spec = state(60, 60, dicom)
    reading = read_all(write(made), spec)
    assert reading.problems == []
    assert not any(reading.held)
    (pixels,) = reading.tensors["image"][..., 0]
    assert (pixels[:10] == 0).all()  # 40 rows, of 60
    assert (pixels[50:] == 0).all()
    assert pixels[30].min() > 0
    import PIL.Image  # noqa: PLC0415

    shades = PIL.Image.fromarray(read(made))
    halved = np.asarray(shades.resize((100, 40), PIL.Image.Resampling.BICUBIC))
    assert (pixels[10:50] == halved[:, 20:80]).all()
    assert "dicom_resampled" in tell(made, dicom, spec)


@pytest.mark.parametrize("changes", [{"PixelAspectRatio": [2, 1]}, {"PixelSpacing": [0.1, 0.2]}])
def test_pixels_that_are_not_square_have_no_answer(changes: dict[str, Any]) -> None:
    assert doubt(make(draw(), BitsStored=12, **SHOWN, **changes)) == "dicom_pixels_not_square"


@pytest.mark.parametrize(
    ("spacing", "code"),
    [(1e-9, "damaged_dicom"), (1e6, "too_many_megapixels"), (0, "damaged_dicom")],
)
def test_a_spacing_that_cannot_be_is_refused(spacing: float, code: str) -> None:
    made = make(draw(), BitsStored=12, PixelSpacing=[spacing, spacing], **SHOWN)
    assert refuse(made, of_spacing(0.4, beyond="resample")) == code


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "dicom_burnt_in_not_stated"),
        ("NO", "dicom_burnt_in_no"),
        ("YES", "dicom_burnt_in"),
        ("MAYBE", "dicom_burnt_in_not_stated"),
    ],
)
def test_burnt_in_text_is_told(value: str | None, told: str) -> None:
    made = make(draw(), BitsStored=12, **SHOWN)
    if value:
        made.BurnedInAnnotation = value
    assert {code for code in tell(made) if "burnt" in code} == {told}


def test_a_picture_for_processing_has_no_answer() -> None:
    made = make(draw(), BitsStored=12, PresentationIntentType="FOR PROCESSING", **SHOWN)
    assert doubt(made) == "dicom_for_processing"
    made.PresentationIntentType = "FOR PRESENTATION"
    assert doubt(made) is None


def test_an_icon_in_the_header_is_not_the_picture() -> None:
    made = make(draw(), BitsStored=12, **SHOWN)
    plain = read(made)
    icon = make(np.full((4, 4), 200, np.uint8))
    del icon.file_meta
    made.IconImageSequence = Sequence([icon])
    made["IconImageSequence"].is_undefined_length = True
    assert (read(made) == plain).all()


def test_training_reads_a_file_as_the_service_does() -> None:
    content = write(make(draw(), BitsStored=12, **SHOWN))
    reader = Image(state(40, 50))
    served = reader.read([{"image": encode(content)}]).tensors["image"]
    assert (reader.read([{"image": content}]).tensors["image"] == served).all()


def test_one_problem_hides_no_other_instance() -> None:
    good = encode(write(make(draw(), BitsStored=12, **SHOWN)))
    ct = encode(write(make(draw(), Modality="NM")))
    reading = Image(state(40, 50)).read([{"image": ct}, {"image": good}, {"image": "AAAA"}, 5])
    assert [(one.instance, one.fact.code) for one in reading.problems] == [
        (0, "dicom_of_other_modality"),
        (2, "not_a_file_taken"),
        (3, "not_an_object"),
    ]
