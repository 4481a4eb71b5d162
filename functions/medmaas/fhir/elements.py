"""The elements of R4 resources that are read, and nothing else of them: small models of our own.

What an element is by the standard, it must be here; elements that are not named are not read.
Source: https://hl7.org/fhir/R4/.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
_MOST_CODINGS = 64
_MOMENT = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?)?)?"
)

_Code = Annotated[str, StringConstraints(max_length=256)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.\-]{1,64}$")]


class _Element(BaseModel):
    model_config = ConfigDict(
        frozen=True, strict=True, extra="ignore", allow_inf_nan=False, hide_input_in_errors=True
    )


class Coding(_Element):
    """A code of a system."""

    system: _Code | None = None
    code: _Code | None = None


class CodeableConcept(_Element):
    """Codes of the same thing, and what it is called."""

    coding: list[Coding] = Field(default=[], max_length=_MOST_CODINGS)
    text: Annotated[str, StringConstraints(max_length=4096)] | None = None

    def list_codes(self, system: str) -> list[str]:
        """The codes of one system."""
        return [one.code for one in self.coding if one.system == system and one.code]


class Quantity(_Element):
    """A number with its unit: as a UCUM code, or as a laboratory spells it."""

    value: float | None = None
    comparator: _Code | None = None
    unit: _Code | None = None
    system: _Code | None = None
    code: _Code | None = None


class Reference(_Element):
    """Where another resource is."""

    reference: Annotated[str, StringConstraints(max_length=1024)] | None = None


class Period(_Element):
    """A time from and to."""

    start: str | None = None
    end: str | None = None


class _Timed(_Element):
    status: _Code
    subject: Reference | None = None
    effectiveDateTime: str | None = None  # noqa: N815 - the standard's name
    effectivePeriod: Period | None = None  # noqa: N815
    effectiveInstant: str | None = None  # noqa: N815

    @property
    def effective(self) -> str | None:
        """When it was true, of a period its end, or its start while it has none."""
        period = self.effectivePeriod
        of_period = (period.end or period.start) if period else None
        return self.effectiveDateTime or self.effectiveInstant or of_period


class Observation(_Timed):
    """A result."""

    code: CodeableConcept
    valueQuantity: Quantity | None = None  # noqa: N815
    dataAbsentReason: CodeableConcept | None = None  # noqa: N815
    issued: str | None = None
    focus: list[Reference] = Field(default=[], max_length=_MOST_CODINGS)


class Dosage(_Element):
    """How much was given; that there is a rate is known, not what it says."""

    dose: Quantity | None = None
    rateQuantity: object = None  # noqa: N815
    rateRatio: object = None  # noqa: N815


class MedicationAdministration(_Timed):
    """A drug that was given, or not; which, is told by `medmaas.fhir.medications`."""

    statusReason: list[object] = []  # noqa: N815
    partOf: list[Reference] = Field(default=[], max_length=_MOST_CODINGS)  # noqa: N815
    dosage: Dosage | None = None


class Attachment(_Element):
    """A file, or where it is."""

    contentType: Annotated[str, StringConstraints(max_length=1024)] | None = None  # noqa: N815
    data: str | None = None
    url: str | None = None
    size: int | None = None
    hash: str | None = None


class DocumentContent(_Element):
    """One form of a document."""

    attachment: Attachment
    modifierExtension: list[object] = []  # noqa: N815


class DocumentReference(_Element):
    """A document: its forms, of which there may be several."""

    status: _Code
    content: list[DocumentContent] = Field(default=[], max_length=_MOST_CODINGS)


class DiagnosticReport(_Element):
    """A report as a whole: files that are equal, and a conclusion."""

    status: _Code
    presentedForm: list[Attachment] = Field(default=[], max_length=_MOST_CODINGS)  # noqa: N815
    conclusion: str | None = None


class Media(_Element):
    """A picture."""

    status: _Code
    content: Attachment


class Condition(_Element):
    """A diagnosis."""

    code: CodeableConcept | None = None
    subject: Reference | None = None
    clinicalStatus: CodeableConcept | None = None  # noqa: N815
    verificationStatus: CodeableConcept | None = None  # noqa: N815
    recordedDate: str | None = None  # noqa: N815
    abatementDateTime: str | None = None  # noqa: N815
    onsetDateTime: str | None = None  # noqa: N815


class Link(_Element):
    """Another record of the same patient."""

    type: _Code | None = None


class Patient(_Element):
    """Whom it is all about; only what a model may need."""

    id: Id | None = None
    birthDate: str | None = None  # noqa: N815
    gender: _Code | None = None
    active: bool | None = None
    link: list[Link] = Field(default=[], max_length=_MOST_CODINGS)
    deceasedBoolean: bool | None = None  # noqa: N815
    deceasedDateTime: str | None = None  # noqa: N815


class Moment(NamedTuple):
    """A FHIR date or dateTime.

    Attributes:
        at: its start, in UTC where it names no offset.
        parts: how exact it is: 1 a year, 2 a month, 3 a day, 4 a time.
    """

    at: datetime
    parts: int

    def is_after(self, moment: datetime) -> bool:
        """Whether it is in the future of a moment; a date without a time is of any offset."""
        slack = timedelta(minutes=5) if self.parts == 4 else timedelta(hours=14)  # noqa: PLR2004
        return self.at - moment > slack

    @property
    def latest(self) -> datetime:
        """The latest that it may have been, a date without a time being of any offset."""
        if self.parts == 4:  # noqa: PLR2004
            return self.at
        days = {1: 366, 2: 31, 3: 1}[self.parts]
        return self.at + timedelta(days=days, hours=14)

    @property
    def is_exact(self) -> bool:
        """Whether it has a time."""
        return self.parts == 4  # noqa: PLR2004

    def covers(self, other: "Moment") -> bool:
        """Whether another may be of the same day, month or year, as each was written."""
        known = min(self.parts, 3)
        own, others = self.at, other.at
        return (own.year, own.month, own.day)[:known] == (others.year, others.month, others.day)[
            :known
        ]


def read_moment(text: str) -> Moment:
    """A FHIR date, dateTime or instant.

    Raises:
        ValueError: it is not one; the message is the code of what is wrong.
    """
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise ValueError("not_a_moment")
    year, month, day, time = match.groups()
    parts = 4 - match.groups().count(None)
    try:
        if time:
            return Moment(datetime.fromisoformat(text), parts)
        return Moment(datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC), parts)
    except ValueError:
        raise ValueError("no_such_date") from None


def read_or_none(text: object) -> Moment | None:
    """The same, of whatever was sent; None where it is not a time."""
    try:
        return read_moment(text) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None
