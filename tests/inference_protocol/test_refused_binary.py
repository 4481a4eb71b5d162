"""Binary tensors that are not what the JSON before them says."""

import json
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from tests.inference_protocol.refused import (
    CANARY,
    URL,
    assert_refused,
    column,
    tensor,
)
from tests.inference_protocol.tensors import (
    FEATURES,
    LENGTH,
    join_binary,
)

CONTENT = np.array(FEATURES["data"], "<f4").tobytes()


def post_binary(client: TestClient, size: Any, parts: list[bytes], **changes: str) -> Any:
    given = tensor(data=..., parameters={"binary_data_size": size})
    body, headers = join_binary({"inputs": [given]}, parts)
    return client.post(URL, content=body, headers=headers | changes)


@pytest.mark.parametrize("size", [0, 23, 25, 24.0, -24, True, CANARY, 10**30])
def test_a_binary_tensor_of_another_size_is_refused(client: TestClient, size: Any) -> None:
    assert post_binary(client, len(CONTENT), [CONTENT]).status_code == 200
    assert_refused(post_binary(client, size, [CONTENT]), 400)


@pytest.mark.parametrize("parts", [[], [CONTENT[:-1]], [CONTENT, b"\0"]])
def test_a_binary_part_that_is_longer_or_shorter_is_refused(
    client: TestClient, parts: list[bytes]
) -> None:
    assert_refused(post_binary(client, len(CONTENT), parts), 400)


@pytest.mark.parametrize("length", ["0", "1", "-1", "99999", "9" * 30, "1.5", "", CANARY, "٣"])
def test_a_wrong_length_of_the_json_is_refused(client: TestClient, length: str) -> None:
    response = client.post(
        URL,
        content=json.dumps({"inputs": [FEATURES]}),
        headers={b"content-type": b"application/octet-stream", LENGTH.encode(): length.encode()},
    )
    assert_refused(response, 400)


def test_a_tensor_is_in_json_or_in_binary_and_not_in_both(client: TestClient) -> None:
    given = tensor(parameters={"binary_data_size": len(CONTENT)})
    body, headers = join_binary({"inputs": [given]}, [CONTENT])
    assert_refused(client.post(URL, content=body, headers=headers), 400)


@pytest.mark.parametrize(
    "content", [b"", b"\1\0\0", b"\2\0\0\0F", b"\xff\xff\xff\xffF", b"\1\0\0\0F\1\0\0\0F"]
)
def test_texts_that_do_not_fit_their_lengths_are_refused(
    client: TestClient, content: bytes
) -> None:
    inputs = column("sex", parameters={"binary_data_size": len(content)})
    inputs = [{k: v for k, v in t.items() if k != "data" or t["name"] != "sex"} for t in inputs]
    body, headers = join_binary({"inputs": inputs}, [content])
    url = "/v2/models/survival.columns/infer"
    assert_refused(client.post(url, content=body, headers=headers), 400)


def test_a_boolean_is_a_byte_of_0_or_1(client: TestClient) -> None:
    inputs = column("mgus", parameters={"binary_data_size": 1})
    inputs = [{k: v for k, v in t.items() if k != "data" or t["name"] != "mgus"} for t in inputs]
    for content, status in ((b"\1", 200), (b"\2", 400)):
        body, headers = join_binary({"inputs": inputs}, [content])
        response = client.post("/v2/models/survival.columns/infer", content=body, headers=headers)
        assert response.status_code == status


@given(content=st.binary(), size=st.integers(0, 40), rows=st.integers(0, 3))
def test_any_bytes_are_answered_or_refused(
    client: TestClient, content: bytes, size: int, rows: int
) -> None:
    given = tensor(data=..., shape=[rows, 6], parameters={"binary_data_size": size})
    body, headers = join_binary({"inputs": [given]}, [content])
    response = client.post(URL, content=body, headers=headers)
    assert response.status_code in {200, 400, 422}
