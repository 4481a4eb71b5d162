"""Asks a server with the client that OpenAPI Generator made; run where that can be imported.

On standard input an object: `address`, `package` that was made, and `calls` of
`{"model", "request", "body"}`, the request being the name of a type. On standard output one entry
per call: the answers of the model's own operation and of that of any model, and the manifest; or
the refusal.
"""

import json
import sys
from importlib import import_module
from typing import Any


def main() -> None:
    asked = json.load(sys.stdin)
    package = import_module(asked["package"])
    with package.ApiClient(package.Configuration(host=asked["address"])) as client:
        told = [_call(package, client, **call) for call in asked["calls"]]
    json.dump(told, sys.stdout, default=str)  # dates


def _call(
    package: Any, client: Any, model: str, request: str, body: dict[str, Any]
) -> dict[str, Any]:
    api = package.PredictApi(client)
    try:
        own = getattr(api, f"predict_{model}")(getattr(package, request).from_dict(body))
    except package.exceptions.UnprocessableEntityException as refused:
        return {"refused": refused.data.to_dict()}
    any_model = api.predict(model, package.PredictRequest.from_dict(body))
    return {
        "own": own.to_dict()["predictions"],
        "any": any_model.to_dict()["predictions"],
        "manifest": package.ModelsApi(client).read_model(model).to_dict(),
    }


if __name__ == "__main__":
    main()
