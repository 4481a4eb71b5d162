"""Several inputs: each changed as its kind is, the others as given; and each left out."""

from collections.abc import Iterator

import numpy as np

from medmaas.model.kinds import expect
from medmaas.model.manifest import Input, Part, PartsInput
from medmaas_training.catalogue.probes.inputs import Prober, make_prober
from medmaas_training.catalogue.probes.made import MISSING, Made, Tensors, stack


class PartsProber(Prober):
    """The tensors of all parts."""

    def __init__(self, spec: PartsInput) -> None:
        self._parts = spec.parts

    def make(self, rows: Tensors, draw: np.random.Generator) -> Iterator[Made]:
        """Part by part, beside the first of the rows that has them all, as far as one does."""
        base = self._choose(rows)
        for part in self._parts:
            own = {name: rows[name] for name in part.input.tensors}
            for made in make_prober(part.input).make(own, draw):
                some = made.cap(draw)
                tensors = stack(base, len(some)) | dict(some.tensors)
                if part.present_tensor:
                    tensors[part.present_tensor] = np.ones((len(some), 1), np.float32)
                about = [tuple(f"{part.name}.{name}" for name in names) for names in some.about]
                yield Made(tensors, some.sort, about)
            if part.missing:
                yield Made({**stack(base, 1), **_blank(part, base)}, MISSING, [(part.name,)])

    def stretch(self, rows: Tensors) -> Tensors | None:
        """Those parts that can be filled up further."""
        longer = dict(rows)
        for part in self._parts:
            own = {name: rows[name] for name in part.input.tensors}
            longer |= make_prober(part.input).stretch(own) or {}
        return longer if any(longer[name] is not rows[name] for name in rows) else None

    def _choose(self, rows: Tensors) -> Tensors:
        """The first row of which no part is missing, else the first."""
        there = np.ones(len(next(iter(rows.values()))), bool)
        for part in self._parts:
            if part.present_tensor:
                there &= rows[part.present_tensor][:, 0] > 0
            for name in part.input.feature_tensors:
                tensor = rows[name]
                there &= ~np.isnan(tensor.reshape(len(tensor), -1)).all(axis=1)
        chosen = int(there.argmax())
        return {name: tensor[chosen : chosen + 1] for name, tensor in rows.items()}


def _blank(part: Part, base: Tensors) -> Tensors:
    blank = part.input.blank
    tensors = {name: np.full_like(base[name], blank) for name in part.input.tensors}
    if part.present_tensor:
        tensors[part.present_tensor] = np.zeros((1, 1), np.float32)
    return tensors


def make(spec: Input) -> PartsProber:
    """What makes rows."""
    return PartsProber(expect(spec, PartsInput))
