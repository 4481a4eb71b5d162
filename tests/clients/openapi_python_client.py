"""Asks a server with the client that openapi-python-client made; run where that can be imported.

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
    client = package.Client(base_url=asked["address"], raise_on_unexpected_status=True)
    told = [_call(asked["package"], client, **call) for call in asked["calls"]]
    json.dump(told, sys.stdout)


def _call(
    package: str, client: Any, model: str, request: str, body: dict[str, Any]
) -> dict[str, Any]:
    models = import_module(f"{package}.models")

    def find(tag: str, operation: str) -> Any:
        return import_module(f"{package}.api.{tag}.{operation}").sync

    own = find("predict", f"predict_{model}")(
        client=client, body=getattr(models, request).from_dict(body)
    )
    if isinstance(own, models.ErrorResponse):
        return {"refused": own.to_dict()}
    any_model = find("predict", "predict")(
        model, client=client, body=models.PredictRequest.from_dict(body)
    )
    return {
        "own": own.to_dict()["predictions"],
        "any": any_model.to_dict()["predictions"],
        "manifest": find("models", "read_model")(model, client=client).to_dict(),
    }


if __name__ == "__main__":
    main()
