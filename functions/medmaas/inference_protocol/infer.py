"""A request through a view: tensors in, the predict core, tensors out."""

from time import perf_counter_ns

from pydantic_core import to_json

from medmaas.inference_protocol.outputs import EXPLANATION, list_columns
from medmaas.inference_protocol.repository import Served
from medmaas.inference_protocol.request import InferRequest
from medmaas.inference_protocol.response import InferResponse, write_response
from medmaas.inference_protocol.views import choose_outputs
from medmaas.model.explanation.budget import Budget
from medmaas.model.predict import answer, check_options, explain, require_answers
from medmaas.words import Words, speak


def infer(
    served: Served, request: InferRequest, words: Words, budget: Budget | None = None
) -> InferResponse:
    """Answer a request, and count it.

    Raises:
        InvalidRequestError: inputs or outputs are not those of the model, or an instance has a
            problem.
        TooLargeError: too many instances.
    """
    view, started = served.view, perf_counter_ns()
    budget = budget or Budget(request.options.explain_seconds)
    try:
        outputs = choose_outputs(view, request)
        asked = view.ask([spec.holds for spec, _ in outputs])
        reading, options = view.read(request.inputs), request.options
        read = perf_counter_ns()
        check_options(view.model, options, len(reading.warnings))
        answers = answer(view.model, reading, options)
        columns = list_columns(answers, asked, words)
        if EXPLANATION in asked.columns:
            require_answers(answers)
            explained = explain(answers, view.restore(request.inputs), budget)
            columns[EXPLANATION] = [to_json(speak(one, words)).decode() for one in explained if one]
        answered = perf_counter_ns()
        response = write_response(view, request.id, outputs, columns)
    except Exception:
        served.statistics.add_failure(perf_counter_ns() - started)
        raise
    moments = (started, read, answered, perf_counter_ns())
    served.statistics.add_success(len(reading.warnings), moments)
    return response
