"""What a model takes: one class per kind of input, and the tensor each becomes."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from medmaas.model.manifest.cells import BOOLEAN_WORDS, Cells, fold_word
from medmaas.model.manifest.contract import (
    Alias,
    Contract,
    FeatureName,
    Range,
    Sentence,
    require_unique,
)
from medmaas.model.manifest.record import (
    AdministrationSource,
    ConditionSource,
    ObservationSource,
    PatientSource,
    Source,
)

Shape = tuple[int, ...]

_TENSOR = "What the graph calls its input."


class _Feature(Contract):
    name: FeatureName = Field(
        description="What a request calls it: a letter of any script, letters, marks, digits, _."
    )
    alias: Alias | None = Field(
        default=None,
        description="What it is called in ASCII, where a protocol names tensors.",
    )
    description: Sentence = Field(description="What it means, and how it is measured.")
    loinc: tuple[str, ...] = Field(default=(), description="Its LOINC codes.")
    missing: Sentence | None = Field(
        default=None,
        description="What the graph does when the value is missing; absent: it is required.",
    )
    header: Sentence | None = Field(
        default=None,
        description="What the training data called its column, where that is not its name.",
    )
    actionable: bool = Field(
        default=False, description="Whether care can change it, so that a counterfactual may."
    )
    group: Sentence | None = Field(
        default=None,
        description="Features of one group are explained as one: columns of one choice, or "
        "computed from each other.",
    )
    source: Source | None = Field(
        default=None, description="Where a record in FHIR has it; absent: nowhere."
    )

    @property
    def required(self) -> bool:
        return self.missing is None


class Number(_Feature):
    """A measured quantity."""

    type: Literal["number"] = "number"
    unit: Sentence = Field(description="Its unit as a UCUM code, 1 if it has none.")
    hard_range: Range = Field(description="Refused outside: no patient has this value.")
    training_range: Range = Field(description="Warned outside: the model has not seen this value.")
    worse: Literal["low", "high"] | None = Field(
        default=None,
        description="Which values are worse: a result that is only known to be below or above a "
        "limit (<0.1) is used as that limit only where what is worse is forbidden already.",
    )
    cells: Cells | None = Field(
        default=None,
        description="How cells are read that are no plain numbers; absent: none of this is taken.",
    )


class Choice(_Feature):
    """One of a few words; enters the tensor as its position in `choices`."""

    type: Literal["choice"] = "choice"
    choices: tuple[Sentence, ...] = Field(
        min_length=2, description="At least two words, in the order of the graph's codes 0, 1, ..."
    )
    spellings: dict[Sentence, Sentence] | None = Field(
        default=None,
        description="Other words that stand for one of the choices, as training read them.",
    )

    @model_validator(mode="after")
    def _spellings_are_of_choices(self) -> Self:
        for spelling, choice in (self.spellings or {}).items():
            if choice not in self.choices:
                raise ValueError("spellings must stand for choices of the feature")
            if spelling != choice and spelling in self.choices:
                raise ValueError("a choice must not be a spelling of another one")
        return self


class Boolean(_Feature):
    """Yes or no; enters the tensor as 1 or 0."""

    type: Literal["boolean"] = "boolean"
    spellings: dict[Sentence, bool] | None = Field(
        default=None,
        description="More words of a file that are true or false, as training read them, beside "
        "true, false, yes, no, 1, 0, 是 and 否.",
    )

    @model_validator(mode="after")
    def _spellings_contradict_no_word(self) -> Self:
        for spelling, value in (self.spellings or {}).items():
            if BOOLEAN_WORDS.get(fold_word(spelling), value) != value:
                raise ValueError("a spelling must not contradict true, false, yes, no, 1 or 0")
        return self


Feature = Annotated[Number | Choice | Boolean, Field(discriminator="type")]


def _find_misfit(feature: Feature) -> str | None:
    """What keeps a feature from being filled by its source."""
    match feature.source, feature:
        case PatientSource(element="birthDate"), Number(unit="a"):
            return None
        case PatientSource(element="gender") as source, Choice():
            fits = bool(source.choices) and set(source.choices.values()) <= set(feature.choices)
            return None if fits else "must map codes of gender to choices of the feature"
        case ObservationSource() as source, Number():
            return None if feature.loinc or source.share else "needs LOINC codes of the feature"
        case (ConditionSource(), Boolean()) | (None, _):
            return None
        case AdministrationSource(full_dose=dose), Number() | Boolean():
            fits = (dose is None) == isinstance(feature, Boolean)
            return None if fits else "needs full_dose for a number, and none for true or false"
        case _:
            return (
                "must be birthDate for a number in a, gender for a choice, an observation for a "
                "number, a condition for true or false, or an administration"
            )


class _Input(Contract):
    tensor: Sentence = Field(description=_TENSOR)
    missing_words: tuple[Sentence, ...] | None = Field(
        default=None,
        description="Words of a file that stand for a value that is missing, as in NA; not in a "
        "column where the word is a value, as None may be one of a choice.",
    )

    @property
    def named_features(self) -> tuple[Feature, ...]:
        """The features that an instance names; none of a picture or a text."""
        return ()

    @property
    def row_features(self) -> tuple[Feature, ...]:
        """The features of an instance that is one row of them: what distances are measured by."""
        return ()

    @property
    def recorded_features(self) -> tuple[Feature, ...]:
        """The features that a record in FHIR may hold."""
        return ()


class _Features(_Input):
    features: tuple[Feature, ...] = Field(
        min_length=1, description="At least one feature, in the order of the tensor's columns."
    )

    @property
    def named_features(self) -> tuple[Feature, ...]:
        """All of them."""
        return self.features

    @model_validator(mode="after")
    def _sources_fit(self) -> Self:
        for feature in self.features:
            if problem := _find_misfit(feature):
                raise ValueError(f"the source of {feature.name} {problem}")
        return self

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        require_unique([(feature.name, feature.alias) for feature in self.features], "feature")
        return self


class TabularInput(_Features):
    """Named features of one person, as one float32 row [n, features]; NaN means missing."""

    kind: Literal["tabular"] = "tabular"

    @property
    def row_features(self) -> tuple[Feature, ...]:
        """All of them."""
        return self.features

    @property
    def recorded_features(self) -> tuple[Feature, ...]:
        """All of them."""
        return self.features

    @property
    def tensor_type(self) -> tuple[str, Shape]:
        """Element type and shape that the graph must declare."""
        return "tensor(float)", (-1, len(self.features))


class SeriesInput(_Features):
    """Rows of named features over time, as float32 [n, rows, features].

    The first feature is the time, and required. NaN means missing; rows come in order of time, and
    shorter histories are filled up at the end with rows that are NaN throughout.
    """

    kind: Literal["series"] = "series"
    field: FeatureName = Field(description="What a request calls the list of rows.")
    max_rows: int = Field(gt=0, description="How many rows a request may have.")

    @model_validator(mode="after")
    def _first_is_time(self) -> Self:
        if not (isinstance(self.features[0], Number) and self.features[0].required):
            raise ValueError("the first feature must be the time: a required number")
        return self

    @property
    def recorded_features(self) -> tuple[Feature, ...]:
        """All but the time."""
        return self.features[1:]

    @property
    def tensor_type(self) -> tuple[str, Shape]:
        """Element type and shape that the graph must declare."""
        return "tensor(float)", (-1, -1, len(self.features))


class Crop(Contract):
    """A centred square of `side` pixels, cut from pictures whose shorter edge is about `of`."""

    side: int = Field(gt=0, description="Pixels of the square that is kept.")
    of: int = Field(gt=0, description="Pixels of the shorter edge of the pictures it is cut from.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.side > self.of:
            raise ValueError("side must not exceed of")
        return self


class Normalisation(Contract):
    """(value / 255 - mean) / deviation, per channel."""

    mean: tuple[float, ...] = Field(description="One number per channel, of values from 0 to 1.")
    deviation: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        description="One number per channel, of values from 0 to 1."
    )


class Window(Contract):
    """Which of the 65,536 shades of a file of 16 bits are black and white to the model."""

    low: int = Field(ge=0, le=65535, description="This value and what is below it become 0.")
    high: int = Field(gt=0, le=65535, description="This value and what is above it become 255.")
    largest: int | None = Field(
        default=None,
        le=65535,
        description="The largest value that such files hold, as 4095 of 12 bits; absent, `high`. A "
        "file with a larger one has other shades and is refused.",
    )

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if not self.low < self.high <= self.most:
            raise ValueError("low must be below high, and largest not below high")
        return self

    @property
    def most(self) -> int:
        """The largest value that a file may hold."""
        return self.high if self.largest is None else self.largest


class Appearance(Contract):
    """What training pictures looked like, as the model sees them; beyond there is no answer."""

    brightness: Range = Field(description="Mean of a picture's shades, from 0 to 255.")
    contrast: Range = Field(description="Standard deviation of a picture's shades of grey.")
    colour: Range | None = Field(
        default=None,
        description="How far the largest and the smallest channel of a pixel are apart, the mean "
        "over a picture: 0 of grey.",
    )
    covered: Range | None = Field(
        default=None,
        description="The share of a picture that is darker than its brightest tenth by more than "
        "40 shades: what is shown, not the ground.",
    )


class ImageInput(_Input):
    """One PNG or JPEG, in base64, as uint8 [n, height, width, channels].

    A picture of exactly height x width pixels enters as it is, others after `crop` and `resample`.
    With `normalisation` the tensor is float32, for graphs that do not normalise themselves.
    """

    kind: Literal["image"] = "image"
    field: FeatureName = Field(default="image", description="What a request calls the picture.")
    description: Sentence = "The picture: a PNG or JPEG file in base64."
    height: int = Field(gt=0, description="Pixels that the graph takes from top to bottom.")
    width: int = Field(gt=0, description="Pixels that the graph takes from left to right.")
    mode: Literal["RGB", "L"] = Field(description="RGB for colour, L for grey.")
    layout: Literal["NHWC", "NCHW"] = "NHWC"
    crop: Crop | None = None
    resample: Literal["bicubic", "bilinear"] = "bicubic"
    normalisation: Normalisation | None = None
    window: Window | None = Field(
        default=None,
        description="How grey files of 16 bits are read. Absent, they are taken if they use all 16 "
        "bits, and refused otherwise.",
    )
    appearance: Appearance | None = None

    @model_validator(mode="after")
    def _normalises_every_channel(self) -> Self:
        if self.normalisation and not (
            len(self.normalisation.mean) == len(self.normalisation.deviation) == self.channels
        ):
            raise ValueError("normalisation needs one mean and one deviation per channel")
        return self

    @property
    def channels(self) -> int:
        """3 for RGB, 1 for grey."""
        return len(self.mode)

    @property
    def tensor_type(self) -> tuple[str, Shape]:
        """Element type and shape that the graph must declare."""
        size = (self.height, self.width)
        shape = (*size, self.channels) if self.layout == "NHWC" else (self.channels, *size)
        return "tensor(float)" if self.normalisation else "tensor(uint8)", (-1, *shape)


class TextInput(_Input):
    """One line of characters, as int64 [n, max_length].

    A character's code is its position in `alphabet` plus 1; 0 fills the end.
    """

    kind: Literal["text"] = "text"
    field: FeatureName = Field(description="What a request calls the text.")
    description: Sentence = Field(description="What the text is.")
    alphabet: tuple[Annotated[str, StringConstraints(min_length=1, max_length=1)], ...] = Field(
        description="The characters that the graph knows, in the order of its codes 1, 2, ..."
    )
    max_length: int = Field(gt=0, description="How many characters the graph takes.")
    syntax: Literal["SMILES"] | None = Field(
        default=None,
        description="Checked before the graph reads: grammar, bonds of every atom, aromatic rings.",
    )
    spelling: Literal["as_sent"] | None = Field(
        default=None,
        description="as_sent: the graph reads a SMILES as it was sent. Absent, it reads one line "
        "for all spellings of a molecule: aromatic rings as RDKit finds them, hydrogens that need "
        "no atom left out, and neither stereo marks nor isotopes.",
    )

    @model_validator(mode="after")
    def _characters_are_unique(self) -> Self:
        if not self.alphabet or len(set(self.alphabet)) < len(self.alphabet):
            raise ValueError("alphabet must hold each character once, and at least one")
        return self

    @property
    def tensor_type(self) -> tuple[str, Shape]:
        """Element type and shape that the graph must declare."""
        return "tensor(int64)", (-1, self.max_length)


Input = Annotated[TabularInput | SeriesInput | ImageInput | TextInput, Field(discriminator="kind")]
