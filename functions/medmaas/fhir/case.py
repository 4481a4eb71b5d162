"""What was found in a record for a model, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from medmaas.facts import Fact
from medmaas.model.answers import Prediction
from medmaas.model.manifest import DocumentSource
from medmaas.model.registry import Model
from medmaas.words import ENGLISH, Words


@dataclass(frozen=True, slots=True)
class Basis:
    """A resource that an instance was made of.

    Attributes:
        feature: which it filled.
        reference: how the record calls it, as in Observation/123 or urn:uuid:...
        resource_type: of what the reference means.
        value: as the model took it, in the feature's unit; None of a document, which is no number.
        unit: a UCUM code, 1 if it has none.
        effective: when it was measured, given or written.
    """

    feature: str
    reference: str
    resource_type: str
    value: float | None
    unit: str
    effective: datetime


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a record lacks before a model can answer.

    Attributes:
        feature: the name of the feature, or the element of the Patient.
        resource_type: as in Patient or Observation.
        loinc: codes that would do, the preferred one first.
        unit: a UCUM code that would do; None where there is none.
        reason: what is missing.
        source: of a document that would do.
    """

    feature: str
    resource_type: str
    loinc: tuple[str, ...]
    unit: str | None
    reason: Fact
    source: DocumentSource | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One patient, as a model takes them.

    Attributes:
        subject: reference to the Patient.
        as_of: the moment that is asked for, with its offset.
        instance: what the predict core takes; not whole while something is missing.
        basis: the resources that were used, and no others, each once.
        warnings: what the reader of the answer must know of the record before all else: that it is
            not whole, that a value counts as missing.
        notes: what the reader of the answer must know of the record, without a value: results that
            were not used and why, what was assumed.
        missing: what is needed before there is an answer.
        held: why the model abstains from an answer though nothing is missing: what in the record
            may change its meaning, and cannot be read.
        locations: by field of the instance (as in kappa, history[2].anc), where it came from as
            FHIRPath, so that a problem of the instance is told as one of a resource.
    """

    subject: str
    as_of: datetime
    instance: dict[str, Any]
    basis: tuple[Basis, ...] = ()
    warnings: tuple[Fact, ...] = ()
    notes: tuple[Fact, ...] = ()
    missing: tuple[Requirement, ...] = ()
    held: tuple[Fact, ...] = ()
    locations: dict[str, str] | None = None

    @property
    def reason(self) -> Fact | None:
        """All that holds the answer back, in one."""
        if len(self.held) > 1:
            return Fact("held_back", reasons=self.held)
        return self.held[0] if self.held else None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A case and its prediction, as the predict core gave it; None while data are missing.

    Attributes:
        words: what is to be said of it will be said in them.
    """

    model: Model
    case: Case
    prediction: Prediction | None
    words: Words = ENGLISH
