"""A text: one line of characters, or free text that a tokenizer takes apart."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from medmaas.model.manifest.artefact import FileName
from medmaas.model.manifest.contract import Contract, FeatureName, Sentence
from medmaas.model.manifest.inputs.spec import InputSpec, Shape
from medmaas.model.manifest.record import DocumentSource, TextSource

MOST_CHARACTERS = 20_000


class Tokens(Contract):
    """How free text becomes tokens: by a tokenizer in the model's folder."""

    file: FileName = Field(
        description="The tokenizer, as the library tokenizers writes it: tokenizer.json. It lies "
        "beside the graph, and the digest covers it. Case, accents and the tokens around a text "
        "are what it says."
    )
    mask_tensor: Sentence | None = Field(
        default=None,
        description="What the graph calls its attention mask: int64 like `tensor`, 1 where a token "
        "is, 0 behind the last. Absent, the graph takes none.",
    )
    type_tensor: Sentence | None = Field(
        default=None,
        description="What the graph calls its token types: int64 like `tensor`, 0 throughout, as a "
        "text is one segment. Absent, the graph takes none.",
    )
    padding: int | None = Field(
        default=None,
        ge=0,
        description="The token behind the last; absent, the one that the tokenizer pads with, else "
        "its [PAD] or <pad>.",
    )
    longer: Literal["first", "refused"] = Field(
        default="refused",
        description="Of a text of more tokens than max_length. first: its beginning is read, and "
        "the answer says what was not. refused: there is no answer.",
    )
    most_characters: int = Field(
        default=MOST_CHARACTERS,
        gt=0,
        le=200_000,
        description="A text of more is refused before it is taken apart.",
    )
    most_unknown: float | None = Field(
        default=None,
        ge=0,
        lt=1,
        description="The share of tokens that the tokenizer does not know, beyond which the model "
        "abstains. Absent, they are told and nothing more.",
    )


class TextInput(InputSpec):
    """One text, as int64 [n, max_length]: of characters, by `alphabet`, or of tokens, by `tokens`.

    A character's code is its position in `alphabet` plus 1; 0 fills the end. Tokens have the codes
    of their tokenizer.
    """

    kind: Literal["text"] = "text"
    field: FeatureName = Field(description="What a request calls the text.")
    description: Sentence = Field(description="What the text is.")
    alphabet: tuple[Annotated[str, StringConstraints(min_length=1, max_length=1)], ...] = Field(
        default=(),
        description="The characters that the graph knows, in the order of its codes 1, 2, ...; "
        "absent where `tokens` are.",
    )
    tokens: Tokens | None = Field(
        default=None, description="How free text becomes tokens; absent where `alphabet` is."
    )
    max_length: int = Field(
        gt=0,
        description="How many characters the graph takes, or how many tokens, those around the "
        "text included. What is shorter is filled up.",
    )
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
    source: TextSource | None = Field(
        default=None, description="Where a record in FHIR has it; absent: nowhere."
    )

    @model_validator(mode="after")
    def _characters_are_unique(self) -> Self:
        if self.tokens:
            return self
        if not self.alphabet or len(set(self.alphabet)) < len(self.alphabet):
            raise ValueError("alphabet must hold each character once, and at least one")
        return self

    @model_validator(mode="after")
    def _has_one_form(self) -> Self:
        if self.tokens is None:
            return self
        if self.alphabet or self.syntax or self.spelling:
            raise ValueError("alphabet, syntax and spelling must be left out where tokens are")
        if len(self.tensors) < 1 + sum(
            map(bool, (self.tokens.mask_tensor, self.tokens.type_tensor))
        ):
            raise ValueError("tensor, tokens.mask_tensor and tokens.type_tensor must differ")
        return self

    @property
    def reads_records(self) -> bool:
        """Whether a record in FHIR can hold it."""
        return self.source is not None

    @property
    def recorded_documents(self) -> Mapping[str, DocumentSource]:
        """Where a record has it."""
        return {self.field: self.source} if self.source else {}

    @property
    def most_characters(self) -> int:
        """A text of more is refused."""
        return self.tokens.most_characters if self.tokens else self.max_length

    @property
    def files(self) -> tuple[str, ...]:
        """The tokenizer, if there is one."""
        return (self.tokens.file,) if self.tokens else ()

    @property
    def tensor_type(self) -> tuple[str, Shape]:
        """Element type and shape that the graph must declare."""
        return "tensor(int64)", (-1, self.max_length)

    @property
    def tensors(self) -> Mapping[str, tuple[str, Shape]]:
        """The codes; of tokens their mask and types, too, where the graph takes them."""
        masks = (self.tokens.mask_tensor, self.tokens.type_tensor) if self.tokens else ()
        return dict.fromkeys((self.tensor, *filter(None, masks)), self.tensor_type)
