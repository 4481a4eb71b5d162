"""A label per pixel of a picture, with the areas of the labels and their objects counted."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from medmaas.errors import ModelOutputError
from medmaas.facts import Fact
from medmaas.model.columns import (
    DECIMALS,
    Cell,
    Columns,
    File,
    Table,
    Tensors,
    name_columns,
)
from medmaas.model.inputs.reading import Seen
from medmaas.model.kinds import expect
from medmaas.model.manifest import Decision, Intervals, Manifest, MaskIntervals, MaskOutput, Output
from medmaas.model.outcomes import Figures, OutputDefaults, Quantity
from medmaas.model.outputs.areas import AreaBounds, ShareTargets, describe_interval
from medmaas.model.outputs.drawing import draw_mask, draw_shades
from medmaas.model.outputs.segmentation import (
    Segmented,
    count_objects,
    count_pixels,
    find_shares,
    segment,
)
from medmaas.model.schema import (
    INTEGER,
    NUMBER,
    PROBABILITY,
    TEXT,
    Schema,
    describe_choice,
    describe_list,
    describe_mapping,
    describe_nullable,
    describe_object,
)

__all__ = ["describe_answer", "describe_interval", "make", "make_intervals", "make_targets"]

_MOSTLY = 0.5  # of so many unsure pixels the reader is warned
_ROUNDING = 1e-3  # of what a graph computes
_MOST_NUMBERS = 2**25  # of all maps of a request: 134 MB
_MOST_BYTES = 4_000_000  # of all files of an answer, were they noise: in base64 Lambda's 6 MB
_MASK, _UNCERTAINTY, _UNSURE = "mask", "uncertainty", "unsure_share"
_BOX = ("left", "top", "right", "bottom")
_MM2, _PIXEL = "mm2", "{pixel}"
_SHADES = 255

Json = dict[str, Any]


class Mask(OutputDefaults):
    """`{"mask": PNG, "width", "height", "box", "areas", "unsure", "objects", "uncertainty": PNG}`.

    An area is `{"label", "pixels", "share", "mm2": n or null}`; objects are counts by label, there
    if the manifest counts them; the box is what the mask is of, in pixels of the picture that was
    sent, null where a tensor came.
    """

    warns = True
    judges_itself: ClassVar[bool] = True

    def __init__(self, spec: MaskOutput) -> None:
        self._spec = spec
        self._background = spec.labels.index(spec.background)
        self.most_rows = _count_rows(spec)
        self.drawn = frozenset({_MASK, _UNCERTAINTY})
        counted = ["pixels", _MM2, *(["objects"] if spec.objects else [])]
        files = [_MASK, *([_UNCERTAINTY] if spec.uncertainty else [])]
        boxes = [f"box_{side}" for side in _BOX]
        whole = [f"{what}_{label}" for what in counted for label in spec.found]
        named = name_columns(
            [*files, *boxes, *whole], [*(f"share_{label}" for label in spec.found), _UNSURE]
        )
        self._first_box = len(files)
        self._first_pixels = self._first_box + len(_BOX)
        self._first_mm2 = self._first_pixels + len(spec.found)
        known = frozenset(named.texts[self._first_mm2 : self._first_mm2 + len(spec.found)])
        self.columns: Columns = replace(
            named,
            whole=frozenset(named.texts[self._first_box :]) - known,
            known=known,
            files=frozenset(named.texts[: self._first_box]),
        )

    def tabulate(self, outputs: Tensors, _inputs: Tensors) -> Table:
        """Columns `mask`, `uncertainty`, `box_<side>`, then of every label but the background.

        `pixels_<label>`, `mm2_<label>`, `objects_<label>`, `share_<label>`; at last `unsure_share`.
        The box and mm2 are not known before the rows are placed. Impossible is what is told by no
        probabilities, and an uncertainty beyond what is stated.
        """
        spec, n = self._spec, len(outputs[self._spec.tensor])
        segmented = segment(spec, outputs[spec.tensor])
        pixels = count_pixels(spec, segmented)
        unknown: list[Cell] = [None] * n
        texts: list[Sequence[Cell]] = [self._draw_masks(segmented)]
        impossible = [
            None if one.is_possible else Fact("mask_not_probabilities") for one in segmented
        ]
        if spec.uncertainty:
            drawn, beyond = self._draw_uncertainty(outputs[spec.uncertainty.tensor])
            texts.append(drawn)
            impossible = [one or other for one, other in zip(impossible, beyond, strict=True)]
        texts += [unknown] * len(_BOX)
        texts += pixels.T.tolist()
        texts += [unknown] * len(spec.found)
        if spec.objects:
            texts += count_objects(spec, [one.mask for one in segmented]).T.tolist()
        unsure = np.array([one.unsure.mean() for one in segmented]).reshape(n, 1)
        numbers = np.hstack([find_shares(spec, pixels), unsure]).round(DECIMALS)
        warnings = [self._warn(one) for one in segmented]
        return Table(texts, numbers, warnings=warnings, impossible=impossible)

    def place(self, table: Table, seen: Sequence[Seen | None]) -> Table:
        """With the box of each, and its areas in mm2 where the spacing of its pixels is known."""
        texts = [*table.texts]
        for side in range(len(_BOX)):
            texts[self._first_box + side] = [one.box[side] if one else None for one in seen]
        sizes = [self._find_pixel_size(one) for one in seen]
        for i in range(len(self._spec.found)):
            pixels = table.texts[self._first_pixels + i]
            texts[self._first_mm2 + i] = [
                None if size is None else round(expect(count, int) * size, DECIMALS)
                for count, size in zip(pixels, sizes, strict=True)
            ]
        return replace(table, texts=texts)

    def list_rows(self, table: Table) -> list[Json]:
        """A PNG, areas and counts each."""
        return [
            self._write(cells, numbers)
            for cells, numbers in zip(
                zip(*table.texts, strict=True), table.numbers.tolist(), strict=True
            )
        ]

    def list_quantities(self, output: Json) -> list[Quantity]:
        """The area of every label, in mm2 where that is known."""
        return [
            Quantity(Fact("text", text=one["label"]), one["pixels"], _PIXEL)
            if one[_MM2] is None
            else Quantity(Fact("text", text=one["label"]), one[_MM2], _MM2)
            for one in output["areas"]
        ]

    def summarise(self, output: Json, _decision: Decision | None) -> Fact:
        """The largest area, or that no pixel is of what is looked for."""
        largest = max(output["areas"], key=lambda area: area["pixels"])
        if not largest["pixels"]:
            return self._say_nothing_found()
        return Fact("card_mask", label=largest["label"], share=largest["share"])

    def list_figures(self, output: Json) -> Figures:
        """A row per label."""
        head = [Fact("column_class"), Fact("column_share_of_picture"), Fact("column_pixels")]
        rows = [
            [
                Fact("text", text=one["label"]),
                Fact("share_exact", share=one["share"]),
                Fact("text", text=str(one["pixels"])),
            ]
            for one in output["areas"]
        ]
        return Figures(head, rows)

    def json_schema(self) -> Schema:
        """JSON Schema of one answer."""
        return describe_answer(self._spec)

    def _draw_masks(self, segmented: Sequence[Segmented]) -> list[Cell]:
        labels = len(self._spec.labels)
        return [File(partial(draw_mask, one.mask, labels, self._background)) for one in segmented]

    def _draw_uncertainty(self, maps: NDArray[Any]) -> tuple[list[Cell], list[Fact | None]]:
        """Shades from 0, the least that it can be, to 255; and which are beyond what is stated.

        Raises:
            ModelOutputError: other numbers than one per pixel, or one that is not finite.
        """
        spec = self._spec
        stated = spec.uncertainty
        if stated is None or maps.size != len(maps) * spec.height * spec.width:
            raise ModelOutputError("other_columns")
        shares = (maps.reshape(-1, spec.height, spec.width) - stated.low) / (
            stated.high - stated.low
        )
        if not np.isfinite(shares).all():
            raise ModelOutputError("answer_not_finite")
        beyond = (shares < -_ROUNDING) | (shares > 1 + _ROUNDING)
        fact = Fact("uncertainty_beyond_stated", low=stated.low, high=stated.high)
        impossible = [fact if one.any() else None for one in beyond]
        shades = (shares.clip(0, 1) * _SHADES).round().astype(np.uint8)
        return [File(partial(draw_shades, one)) for one in shades], impossible

    def _warn(self, one: Segmented) -> tuple[Fact, ...]:
        """What must be known of a mask: that it is empty, and that it may as well be another."""
        found, facts = one.mask != self._background, list[Fact]()
        if not found.any():
            facts.append(self._say_nothing_found())
        share = float(one.unsure.mean())
        of_found = float(one.unsure[found].mean()) if found.any() else 0.0
        if share > _MOSTLY:
            facts.append(Fact("mask_mostly_unsure", share=round(share, DECIMALS)))
        elif of_found > _MOSTLY:
            facts.append(Fact("mask_found_unsure", share=round(of_found, DECIMALS)))
        return tuple(facts)

    def _say_nothing_found(self) -> Fact:
        threshold = self._spec.threshold
        if threshold:
            label = self._spec.found[0]
            return Fact("mask_nothing_reaches", label=label, threshold=threshold.value)
        return Fact("mask_nothing_likelier", background=self._spec.background)

    def _find_pixel_size(self, seen: Seen | None) -> float | None:
        """mm2 of a pixel of the tensor; None where nothing says how large it is."""
        if seen is None:
            return None
        if seen.spacing is not None:
            left, top, right, bottom = seen.box
            down: float = seen.spacing[0] * (bottom - top) / self._spec.height
            return down * seen.spacing[1] * (right - left) / self._spec.width
        stated = self._spec.pixel_spacing
        return stated[0] * stated[1] if stated and seen.is_at_scale else None

    def _write(self, cells: Sequence[Cell], numbers: Sequence[float]) -> Json:
        spec, count = self._spec, len(self._spec.found)
        box = cells[self._first_box : self._first_pixels]
        pixels, sizes, objects = (
            cells[start : start + count]
            for start in (self._first_pixels, self._first_mm2, self._first_mm2 + count)
        )
        areas = zip(spec.found, pixels, numbers[:count], sizes, strict=True)
        written: Json = {
            "mask": expect(cells[0], File).write(),
            "width": spec.width,
            "height": spec.height,
            "box": None if box[0] is None else dict(zip(_BOX, box, strict=True)),
            "areas": [
                dict(zip(("label", "pixels", "share", _MM2), area, strict=True)) for area in areas
            ],
            "unsure": numbers[count],
        }
        if spec.objects:
            written["objects"] = dict(zip(spec.found, objects, strict=True))
        if spec.uncertainty:
            written["uncertainty"] = expect(cells[1], File).write()
        return written


def _count_rows(spec: MaskOutput) -> int:
    """How many fit the memory and the answer of a small function."""
    pixels, bits = spec.height * spec.width, (len(spec.labels) - 1).bit_length()
    drawn = pixels * bits // 8 + (pixels if spec.uncertainty else 0)
    numbers = pixels * (spec.channels + (1 if spec.uncertainty else 0))
    return max(1, min(_MOST_NUMBERS // numbers, _MOST_BYTES // max(drawn, 1)))


def make(manifest: Manifest) -> Mask:
    """What answers."""
    return Mask(expect(manifest.output, MaskOutput))


def make_intervals(spec: Intervals, manifest: Manifest) -> AreaBounds:
    """How sure it is."""
    return AreaBounds(expect(manifest.output, MaskOutput), expect(spec, MaskIntervals))


def make_targets(output: Output) -> ShareTargets:
    """What is explained."""
    return ShareTargets(expect(output, MaskOutput))


def describe_answer(spec: MaskOutput | None = None) -> Schema:
    """JSON Schema of one answer of a model that tells these labels apart."""
    found = spec.found if spec else None
    png = TEXT | {"contentEncoding": "base64", "contentMediaType": "image/png"}
    count = INTEGER | {"minimum": 0}
    area = describe_object(
        "Area",
        {
            "label": describe_choice(found),
            "pixels": count,
            "share": PROBABILITY | {"description": "Of the picture as the model saw it."},
            _MM2: describe_nullable(NUMBER | {"description": "null: nobody says how large it is."}),
        },
    )
    box = describe_object("MaskBox", dict.fromkeys(_BOX, count)) | {
        "description": "What the mask is of, in pixels of the picture that was sent, upright; of a "
        "DICOM that was brought to the spacing of the model, after that."
    }
    objects = describe_mapping("ObjectCounts", found, count)
    second = png | {"description": "0 is the least that it can be, 255 the most."}
    optional: dict[str, Schema] = {"objects": objects, "uncertainty": second}
    return describe_object(
        "Mask",
        {
            "mask": png | {"description": "A pixel is the position of its label."},
            "width": count,
            "height": count,
            "box": describe_nullable(box),
            "areas": describe_list(area),
            "unsure": PROBABILITY | {"description": "The share of pixels near another label."},
        },
        optional,
    )
