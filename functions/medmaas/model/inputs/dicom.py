"""A DICOM file of one frame becomes the picture that a person would look at, or values by a window.

By PS3.3 C.7.6.3 and C.11; dicom_header.py reads, dicom_pixels.py decodes, dicom_shades.py applies
the transforms. What the file does not say, or says twice and otherwise, is refused or withheld.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from medmaas.facts import Fact
from medmaas.model.inputs import dicom_header as tags
from medmaas.model.inputs.dicom_header import PREAMBLE, Header, read_header
from medmaas.model.inputs.dicom_pixels import Form, decode_pixels, weigh
from medmaas.model.inputs.dicom_shades import Cells, Shades, make_shades
from medmaas.model.inputs.reading import InvalidValueError
from medmaas.model.manifest import DicomPictures, ImageInput, PixelSpacing

_GREY = {"MONOCHROME1": "INVERSE", "MONOCHROME2": "IDENTITY"}  # and the shape that goes with it
_PALETTE = "PALETTE COLOR"
_COLOURS = frozenset(("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"))
_SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
# Defined terms of Modality, PS3.3 C.7.3.1.1.1: those of objects that are no picture, and others
_NO_PICTURES = frozenset((
    "ANN", "ASMT", "AU", "DOC", "ECG", "EEG", "EMG", "EOG", "EPS", "FID", "HC", "HD", "KER", "KO",
    "LEN", "M3D", "OAM", "OSS", "PLAN", "POS", "PR", "REG", "RESP", "RTDOSE", "RTINTENT", "RTPLAN",
    "RTRAD", "RTRECORD", "RTSEGANN", "RTSTRUCT", "RWV", "SEG", "SMR", "SR", "SRF", "STAIN",
    "TEXTUREMAP", "VA",
))  # fmt: skip
_PICTURES = frozenset((
    "AR", "BDUS", "BI", "BMD", "CFM", "CR", "CT", "CTPROTOCOL", "DG", "DMS", "DX", "ES", "GM", "IO",
    "IOL", "IVOCT", "IVUS", "LS", "MG", "MR", "NM", "OCT", "OP", "OPM", "OPT", "OPTBSV", "OPTENF",
    "OPV", "OT", "PA", "PT", "PX", "RF", "RG", "RTIMAGE", "SM", "TG", "US", "XA", "XAPROTOCOL",
    "XC",
))  # fmt: skip
Bytes = NDArray[np.uint8]
_SQUARE = 0.01  # the share by which the edges of a pixel may differ


class DicomPicture(NamedTuple):
    """A file that was read.

    Attributes:
        image: grey or RGB, of 8 bits, as the model's `crop` and `resample` take it.
        told: how it was read, and what is burnt into it.
        doubt: why there should be no answer, if so.
        spacing: mm from one pixel of the image to the next in what it shows, down and across; None
            where the file does not say so, or tells only that of the detector, which lies behind.
    """

    image: PIL.Image.Image
    told: Sequence[Fact]
    doubt: Fact | None
    spacing: tuple[float, float] | None = None


class _Spacing(NamedTuple):
    """Millimetres from one row to the next, and from one column to the next."""

    rows: float
    columns: float

    @property
    def is_square(self) -> bool:
        return abs(self.rows / self.columns - 1) <= _SQUARE

    def is_near(self, wanted: PixelSpacing) -> bool:
        """Whether it is what the model learned from."""
        most = wanted.tolerance * wanted.millimetres
        return all(abs(one - wanted.millimetres) <= most for one in self)


def is_dicom(content: bytes) -> bool:
    """Whether a file begins as one."""
    place, mark = PREAMBLE
    return content[place] == mark


def read_dicom(
    content: bytes, spec: ImageInput, dicom: DicomPictures, require: Callable[[int, int], None]
) -> DicomPicture:
    """Read a file.

    Args:
        content: its bytes.
        spec: what the model takes.
        dicom: the same, of DICOM.
        require: refuses so many pixels, each of them of such a cost.

    Raises:
        InvalidValueError: it cannot be read, or is another than the model takes.
    """
    header = read_header(content)
    _require_modality(header, dicom)
    if header.is_enhanced:
        raise InvalidValueError("enhanced_dicom")
    if not header.pixels or not header.pixels.content:
        raise InvalidValueError("dicom_without_pixels")
    form = _read_form(header)
    require(form.pixels, weigh(header.syntax))
    is_grey = form.photometric in _GREY
    if dicom.window and not is_grey:
        raise InvalidValueError("dicom_without_values")
    shades = _find_shades(header, form, dicom) if is_grey else None
    pixels = decode_pixels(header, form)
    if shades:
        told, doubt = list(shades.told), shades.doubt
        image = PIL.Image.fromarray(shades.look_up(pixels))
    else:
        told, doubt = [Fact("dicom_in_colour")], None
        image = PIL.Image.fromarray(_colour(header, pixels, form))
    if dicom.window is None and header.find_text(tags.INTENT) == "FOR PROCESSING":
        doubt = doubt or Fact("dicom_for_processing")
    read = _bring_to_spacing(image, header, spec, dicom.pixel_spacing, require)
    told += read.told
    burnt = header.find_text(tags.BURNT_IN)
    if burnt != "YES":
        told.append(Fact("dicom_burnt_in_no" if burnt == "NO" else "dicom_burnt_in_not_stated"))
    warnings = [Fact("dicom_read", how=told)]
    if burnt == "YES":
        warnings.append(Fact("dicom_burnt_in"))
    return read._replace(told=warnings, doubt=doubt or read.doubt)


def _require_modality(header: Header, dicom: DicomPictures) -> None:
    stated = header.find_text(tags.MODALITY)
    is_secondary = header.find_text(tags.SOP_CLASS).startswith(_SECONDARY_CAPTURE)
    named = "SC" if is_secondary else stated
    if named in dicom.modalities and stated in _PICTURES:
        return
    taken = list(dicom.modalities)
    if stated in _NO_PICTURES:
        raise InvalidValueError("dicom_without_picture", modality=stated)
    if stated not in _PICTURES:
        raise InvalidValueError("dicom_of_unknown_modality", taken=taken)
    if is_secondary:
        raise InvalidValueError("dicom_secondary_capture", taken=taken)
    raise InvalidValueError("dicom_of_other_modality", modality=stated, taken=taken)


def _read_form(header: Header) -> Form:
    """What the file says of its pixels, if it is of a form that is read."""
    frames = header.list_numbers(tags.FRAMES)
    if frames and frames[0] > 1:
        raise InvalidValueError("dicom_of_several_frames")
    rows, columns = header.find_word(tags.ROWS), header.find_word(tags.COLUMNS)
    if not rows or not columns:
        raise InvalidValueError("damaged_dicom")
    samples, photometric = header.find_word(tags.SAMPLES, 1), header.find_text(tags.PHOTOMETRIC)
    of_one = photometric in _GREY or photometric == _PALETTE
    if not (of_one or photometric in _COLOURS) or samples != (1 if of_one else 3):
        raise InvalidValueError("dicom_of_other_colours")
    allocated = header.find_word(tags.ALLOCATED)
    stored = header.find_word(tags.STORED, allocated)
    high = header.find_word(tags.HIGH_BIT, stored - 1)
    if allocated not in {8, 16} or (samples > 1 and (allocated, stored) != (8, 8)):
        raise InvalidValueError("dicom_of_other_bits")
    signed = header.find_word(tags.SIGNED)
    if not 0 < stored <= high + 1 <= allocated or signed > 1:
        raise InvalidValueError("damaged_dicom")
    cells = Cells(allocated, stored, high, bool(signed))
    is_planar = header.find_word(tags.PLANAR) == 1
    return Form(rows, columns, samples, cells, photometric, is_planar)


def _find_shades(header: Header, form: Form, dicom: DicomPictures) -> Shades:
    shape = header.find_text(tags.SHAPE)
    if shape and shape != _GREY[form.photometric]:
        raise InvalidValueError("dicom_shape_contradicts")
    is_inverted = form.photometric == "MONOCHROME1"
    return make_shades(header, form.cells_as_decoded(header.syntax), dicom, is_inverted=is_inverted)


def _colour(header: Header, pixels: NDArray[np.uint8] | NDArray[np.uint16], form: Form) -> Bytes:
    """RGB [rows, columns, 3]."""
    if form.photometric != _PALETTE:
        return pixels.astype(np.uint8, copy=False)
    cells = form.cells_as_decoded(header.syntax)
    indices = (pixels >> (cells.high + 1 - cells.stored)) & (2**cells.stored - 1)
    channels = []
    for form_tag, data_tag in zip(tags.PALETTE_FORMS, tags.PALETTE_DATA, strict=True):
        described, data = header.list_words(form_tag), header.find_bytes(data_tag)
        count = (described or [0])[0] or 2**16
        if len(described) != 3 or described[2] not in {8, 16}:  # noqa: PLR2004 - of a descriptor
            raise InvalidValueError("dicom_transform_unclear")
        if len(data) == 2 * count:
            entries = np.array(header.list_words(data_tag))
            entries = entries >> 8 if described[2] == 16 else entries  # noqa: PLR2004 - bits
        elif len(data) in {count, count + 1} and header.is_little_endian:
            entries = np.frombuffer(data[:count], np.uint8)
        else:
            raise InvalidValueError("dicom_transform_unclear")
        table = entries.clip(0, 255).astype(np.uint8)
        first = np.arange(2**cells.stored) - described[1]
        channels.append(table[first.clip(0, count - 1)][indices])
    return np.stack(channels, axis=-1)


def _bring_to_spacing(
    image: PIL.Image.Image,
    header: Header,
    spec: ImageInput,
    wanted: PixelSpacing | None,
    require: Callable[[int, int], None],
) -> DicomPicture:
    """The picture as large as the model learned it, what is said of that, and why to doubt it."""
    spacing, told = _find_spacing(header)
    known = None if told.code == "dicom_spacing_of_detector" else spacing
    aspect = header.list_numbers(tags.ASPECT)
    is_square = spacing.is_square if spacing else len({*aspect}) <= 1
    if wanted is None:
        held = None if is_square else Fact("dicom_pixels_not_square")
        return DicomPicture(image, [told], held, known)
    limits = {"millimetres": wanted.millimetres, "tolerance": wanted.tolerance}
    if spacing is None:
        return DicomPicture(image, [told], Fact("dicom_without_spacing", **limits))
    if wanted.beyond == "hold":
        held = None if spacing.is_near(wanted) else Fact("dicom_of_other_spacing", **limits)
        held = held or (None if is_square else Fact("dicom_pixels_not_square"))
        return DicomPicture(image, [told], held, known)
    if not (spacing.is_near(wanted) and is_square):
        width = round(image.width * spacing.columns / wanted.millimetres)
        height = round(image.height * spacing.rows / wanted.millimetres)
        if not width * height > 0:
            raise InvalidValueError("damaged_dicom")
        require(width * height, 1)
        if known:
            down, across = known.rows * image.height / height, known.columns * image.width / width
            known = _Spacing(down, across)
        image = image.resize((width, height), PIL.Image.Resampling.BICUBIC)
    if spec.crop is None:
        seen = PIL.Image.new(image.mode, (spec.width, spec.height))
        seen.paste(image, ((spec.width - image.width) // 2, (spec.height - image.height) // 2))
        image = seen
    told_of_both = [told, Fact("dicom_resampled", millimetres=wanted.millimetres)]
    return DicomPicture(image, told_of_both, None, known)


def _find_spacing(header: Header) -> tuple[_Spacing | None, Fact]:
    """Pixel Spacing if there is one; else that of the detector, by its magnification if stated."""
    numbers = header.list_numbers(tags.SPACING)
    imager = header.list_numbers(tags.IMAGER_SPACING)
    magnification = header.list_numbers(tags.MAGNIFICATION)
    told = Fact("dicom_spacing_stated")
    if not numbers or (numbers == imager and magnification):
        numbers, told = imager, Fact("dicom_spacing_of_detector")
        if numbers and magnification:
            if magnification[0] <= 0:
                raise InvalidValueError("damaged_dicom")
            numbers = [one / magnification[0] for one in numbers]
            told = Fact("dicom_spacing_corrected")
    elif numbers == imager:
        told = Fact("dicom_spacing_of_detector")
    if not numbers:
        return None, Fact("dicom_spacing_unknown")
    if len(numbers) != 2 or min(numbers) <= 0:  # noqa: PLR2004 - rows and columns
        raise InvalidValueError("damaged_dicom")
    return _Spacing(*numbers), told
