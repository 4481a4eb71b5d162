"""What an answer rests on; one file per kind of input, loaded when it is first asked for."""

from collections.abc import Sequence
from typing import Any, Protocol, assert_never

from medmaas.model.explanation.budget import Budget
from medmaas.model.manifest import ImageInput, SeriesInput, TabularInput, TextInput
from medmaas.model.outputs.answer import Tensors
from medmaas.model.registry import Model
from medmaas.model.schema import Schema, describe_any


class Explainer(Protocol):
    """Explains the answers of a model, one at a time."""

    def explain(self, tensors: Tensors, instance: object, budget: Budget) -> dict[str, Any]:
        """The explanation of one instance.

        Args:
            tensors: as it was read, one row each.
            instance: as it was sent.
            budget: what it may take.
        """

    def json_schema(self) -> Schema:
        """JSON Schema of one explanation."""


def make_explainer(model: Model) -> Explainer:
    """The class that explains a model's answers."""
    match model.manifest.input:
        case TabularInput() as spec:
            from medmaas.model.explanation.table import TableExplainer  # noqa: PLC0415

            return TableExplainer(model, spec)
        case SeriesInput() as spec:
            from medmaas.model.explanation.series import SeriesExplainer  # noqa: PLC0415

            return SeriesExplainer(model, spec)
        case TextInput() as spec:
            from medmaas.model.explanation.text import TextExplainer  # noqa: PLC0415

            return TextExplainer(model, spec)
        case ImageInput() as spec:
            from medmaas.model.explanation.image import ImageExplainer  # noqa: PLC0415

            return ImageExplainer(model, spec)
        case spec:
            assert_never(spec)


def explain(
    model: Model, tensors: Tensors, instances: Sequence[object], budget: Budget
) -> list[dict[str, Any]]:
    """One explanation per row of tensors, which share the budget."""
    explainer = make_explainer(model)
    return [
        explainer.explain(
            {name: tensor[i : i + 1] for name, tensor in tensors.items()},
            instance,
            budget.share(len(instances) - i),
        )
        for i, instance in enumerate(instances)
    ]


def describe_explanation(model: Model | None = None) -> Schema:
    """JSON Schema of one explanation, of any model if none is given."""
    if model:
        return make_explainer(model).json_schema()
    from medmaas.model.explanation.image import describe_image  # noqa: PLC0415
    from medmaas.model.explanation.series import describe_series  # noqa: PLC0415
    from medmaas.model.explanation.table import describe_table  # noqa: PLC0415
    from medmaas.model.explanation.text import describe_text  # noqa: PLC0415

    return describe_any(describe_table(), describe_series(), describe_text(), describe_image())
