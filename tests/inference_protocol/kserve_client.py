"""Asks a server with KServe's inference client; run by an interpreter that has it.

On standard input an object: `address`, and `calls` of `{"view", "inputs", "binary", "parameters"}`,
inputs being tensors in JSON. On standard output one too: what the server says of itself, and per
call its outputs by name, or the status of the refusal.
"""

import asyncio
import json
import sys
from math import isnan
from typing import Any

import httpx
import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest, RESTConfig

_KINDS = {
    "FP32": np.float32,
    "FP64": np.float64,
    "UINT8": np.uint8,
    "INT64": np.int64,
    "BOOL": np.bool_,
    "BYTES": np.object_,
}


async def main() -> None:
    asked = json.load(sys.stdin)
    address = asked["address"]
    async with InferenceRESTClient(RESTConfig(protocol="v2")) as client:
        told = {
            "live": await client.is_server_live(address),
            "ready": await client.is_server_ready(address),
            "models": [await client.is_model_ready(address, c["view"]) for c in asked["calls"]],
            "nobody": await client.is_model_ready(address, "nobody"),
            "answers": [await _call(client, address, call) for call in asked["calls"]],
        }
    json.dump(told, sys.stdout)


async def _call(client: Any, address: str, call: dict[str, Any]) -> dict[str, Any]:
    inputs = [_make_input(tensor, binary=call["binary"]) for tensor in call["inputs"]]
    request = InferRequest(call["view"], inputs, request_id="7", parameters=call["parameters"])
    try:
        answer = await client.infer(address, request, model_name=call["view"])
    except httpx.HTTPStatusError as refused:
        return {"status": refused.response.status_code, "error": str(refused)}
    outputs = {output.name: _list(output.as_numpy()) for output in answer.outputs}
    return {"id": answer.id, "model": answer.model_name, "outputs": outputs}


def _make_input(tensor: dict[str, Any], *, binary: bool) -> Any:
    made = InferInput(tensor["name"], tensor["shape"], tensor["datatype"])
    data = [np.nan if value is None else value for value in tensor["data"]]
    array = np.array(data, _KINDS[tensor["datatype"]]).reshape(tensor["shape"])
    made.set_data_from_numpy(array, binary_data=binary)
    return made


def _list(array: Any) -> list[Any]:
    values = [v.decode() if isinstance(v, bytes) else v for v in array.ravel().tolist()]
    return [None if isinstance(v, float) and isnan(v) else v for v in values]


if __name__ == "__main__":
    asyncio.run(main())
