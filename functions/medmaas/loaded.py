"""The Python door: a model in the process that asks, without HTTP."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from medmaas import settings
from medmaas.errors import MedmaasError
from medmaas.model.explanation.budget import Budget
from medmaas.model.options import EXPLAIN_SECONDS, Options
from medmaas.model.predict import predict
from medmaas.model.registry import Registry
from medmaas.words import Words

Prediction = dict[str, Any]


class RefusedError(Exception):
    """What was asked is refused.

    Attributes:
        refusal: what the service answers over HTTP: `{"error", "code", "limits", "details"}`,
            every problem of every instance, and never a value that was sent.
    """

    def __init__(self, refusal: dict[str, Any]) -> None:
        self.refusal = refusal
        details = [
            f"{one['field'] or 'instance'} of instance {one['instance']}: {one['problem']}"
            for one in refusal["details"]
        ]
        super().__init__("; ".join([refusal["error"], *details]))


class LoadedModel:
    """A verified model, ready to answer: the same answers as over HTTP.

    Attributes:
        identity: `{"id", "version", "sha256"}` of the artefact that answers.
    """

    def __init__(
        self, model_id: str, version: str | None, models: Path | None, language: str
    ) -> None:
        try:
            self._model = Registry(models or settings.models_directory()).get(model_id, version)
        except MedmaasError as error:
            raise RefusedError(Words(language).write_error(error)) from None
        self._words = Words(language, self._model.manifest)
        self.identity = self._model.identity

    def predict(
        self,
        instances: Sequence[dict[str, Any]],
        *,
        coverage: float | None = None,
        force: bool = False,
    ) -> list[Prediction]:
        """Answer every instance, in order.

        Args:
            instances: as the JSON of a request holds them.
            coverage: of the intervals, one of those that the model stores; None is its first.
            force: whether to answer, marked, where the model abstains.

        Returns:
            Per instance `{"status", "output", "interval", "warnings"}`, and a `reason` where the
            model abstains.

        Raises:
            RefusedError: an instance has a problem, or there is no such coverage.
        """
        return self._answer(instances, Options(coverage=coverage, force=force))

    def explain(
        self,
        instances: Sequence[dict[str, Any]],
        *,
        seconds: float = EXPLAIN_SECONDS,
        coverage: float | None = None,
    ) -> list[Prediction]:
        """The same answers, each with what it rests on; without one where the model abstains.

        Args:
            instances: at most 50.
            seconds: what the explanations may take together.
            coverage: as in predict.

        Raises:
            RefusedError: as in predict.
        """
        return self._answer(
            instances, Options(explain=True, explain_seconds=seconds, coverage=coverage)
        )

    def _answer(self, instances: Sequence[dict[str, Any]], options: Options) -> list[Prediction]:
        budget = Budget(options.explain_seconds)
        try:
            answers = predict(self._model, instances, options, budget, explain_all=False)
        except MedmaasError as error:
            raise RefusedError(self._words.write_error(error)) from None
        return [self._words.write_prediction(answer) for answer in answers]
