"""What the routes of every protocol share: how they match, whom they ask, how long they have."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from medmaas.model.explanation.budget import Budget
from medmaas.model.options import Options
from medmaas.model.registry import Model, Registry
from medmaas.words import ENGLISH, Words, choose_language

Endpoint = Callable[[Request], Awaitable[Response]]
_RESERVE = 1.0  # seconds of an invocation that remain to write the answer


class PlainRoute(Route):
    """Starlette's own: openapi/ describes it, so FastAPI has nothing to inject.

    Errors are answered by the application alone, and not here first.
    """

    def __init__(self, path: str, endpoint: Endpoint, methods: list[str]) -> None:
        super().__init__(path, endpoint, methods=methods)

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            response = await endpoint(Request(scope, receive, send))
            await response(scope, receive, send)

        self.app = answer

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the request is this route's, told to the access log as FastAPI's routes do."""
        match, child_scope = super().matches(scope)
        if match is not Match.NONE:
            child_scope["route"] = self
        return match, child_scope


def get_registry(request: Request) -> Registry:
    """The models that this application answers for."""
    registry: Registry = request.app.state.registry
    return registry


def get_request_id(request: Request) -> str:
    """What the access log calls a request; a `State` of Starlette's would be made for it alone."""
    request_id: str = request.scope["state"]["request_id"]
    return request_id


def find_model(request: Request) -> Model:
    """The model that the path names, in the newest version if it names none.

    Raises:
        NotFoundError: no such model or version.
        ModelUnavailableError: it exists, but failed a check.
    """
    path = request.path_params
    model = get_registry(request).get(path["model_id"], path.get("version"))
    remember_model(request, model)
    return model


def remember_model(request: Request, model: Model) -> None:
    """Let the log name the model of a request, and its words be this model's."""
    request.scope["state"] |= {"log": {"model": model.identity}, "manifest": model.manifest}


def choose_words(request: Request) -> Words:
    """What speaks the language that a request accepts, of the model that its path names."""
    # as they came: Starlette's own mapping of headers costs more than all of this
    accepted = [value for name, value in request.scope["headers"] if name == b"accept-language"]
    language = choose_language(accepted[0].decode("latin-1") if accepted else None)
    if language == "en":
        return ENGLISH
    return Words(language, getattr(request.state, "manifest", None))


def make_budget(request: Request, options: Options) -> Budget:
    """What is asked for, or what an invocation of Lambda has left if that is less."""
    read = getattr(request.scope.get("aws.context"), "get_remaining_time_in_millis", None)
    left = options.explain_seconds if read is None else read() / 1000 - _RESERVE
    return Budget(min(options.explain_seconds, left))
