"""A line of characters."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from medmaas.model.manifest.contract import FeatureName, Sentence
from medmaas.model.manifest.inputs.spec import InputSpec, Shape


class TextInput(InputSpec):
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
