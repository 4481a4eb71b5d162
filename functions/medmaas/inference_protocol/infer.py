"""A request through a view: tensors in, the predict core, tensors out."""

from time import perf_counter_ns

from medmaas.inference_protocol.repository import Served
from medmaas.inference_protocol.request import InferRequest
from medmaas.inference_protocol.response import InferResponse, write_response
from medmaas.inference_protocol.views import choose_outputs
from medmaas.model.columns import answer_columns
from medmaas.model.explanation.budget import Budget


def infer(served: Served, request: InferRequest, budget: Budget | None = None) -> InferResponse:
    """Answer a request, and count it.

    Raises:
        InvalidRequestError: inputs or outputs are not those of the model, or an instance has a
            problem.
        TooLargeError: too many instances.
    """
    view, started = served.view, perf_counter_ns()
    try:
        outputs = choose_outputs(view, request)
        reading = view.read(request.inputs)
        read = perf_counter_ns()
        columns = answer_columns(
            view.model,
            reading,
            view.ask([spec.name for spec, _ in outputs]),
            request.options,
            instances=lambda: view.restore(request.inputs),
            budget=budget,
        )
        answered = perf_counter_ns()
        response = write_response(view, request.id, outputs, columns)
    except Exception:
        served.statistics.add_failure(perf_counter_ns() - started)
        raise
    moments = (started, read, answered, perf_counter_ns())
    served.statistics.add_success(len(reading.warnings), moments)
    return response
