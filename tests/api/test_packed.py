"""Bodies that come compressed: read on every route, never unpacked beyond the limit."""

import gzip
import json
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Route

from tests.conftest import PATIENT, version_of

URL = "/models/survival/predict"
BODY = json.dumps({"instances": [PATIENT]}).encode()
LIMIT = 5_000_000


def deflate_bare(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "gzip by its old name": ("x-gzip", gzip.compress),
    "gzip in capitals": ("GZIP", gzip.compress),
    "gzip of two members": ("gzip", lambda b: gzip.compress(b[:9]) + gzip.compress(b[9:])),
    "gzip with a file name": ("gzip", lambda b: gzip.compress(b, mtime=0)),
    "gzip stored": ("gzip", lambda b: gzip.compress(b, 0)),
    "gzip and identity": ("identity, gzip", gzip.compress),
    "deflate of zlib": ("deflate", zlib.compress),
    "deflate of zlib, fast": ("deflate", lambda b: zlib.compress(b, 1)),
    "deflate of zlib, stored": ("deflate", lambda b: zlib.compress(b, 0)),
    "deflate, bare": ("deflate", deflate_bare),
    "identity": ("identity", bytes),
    "identity twice": ("identity, Identity", bytes),
    "nothing": ("", bytes),
}


def post(client: TestClient, body: bytes, coding: str, url: str = URL) -> Any:
    media_type = "text/csv" if url.endswith("/file") else "application/json"
    headers = {"content-type": media_type, "content-encoding": coding}
    return client.post(url, content=body, headers=headers)


def assert_refused(response: Any, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert str(PATIENT["kappa"]) not in response.json()["error"]


@pytest.mark.parametrize(("coding", "pack"), PACKED.values(), ids=PACKED)
def test_a_compressed_body_is_read(
    client: TestClient, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    answer = post(client, pack(BODY), coding)
    assert answer.status_code == 200
    plain = client.post(URL, json=json.loads(BODY)).json()
    assert answer.json()["predictions"] == plain["predictions"]


def list_posts(client: TestClient) -> list[str]:
    app = client.app
    assert isinstance(app, FastAPI)
    routes = [route for route in app.routes if isinstance(route, Route)]
    paths = [route.path for route in routes if "POST" in (route.methods or ())]
    names = {
        "model_id": "survival",
        "name": "survival",
        "version": version_of("survival"),
        "id": "survival",
    }
    return [path.format(**names) for path in paths]


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_every_route_answers_a_compressed_body_as_the_plain_one(
    client: TestClient, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    paths = list_posts(client)
    assert len(paths) > 8
    for path in paths:
        for body in (BODY, b"{}", b"no JSON"):
            plain, packed = post(client, body, "", path), post(client, pack(body), coding, path)
            assert packed.status_code == plain.status_code, path
            assert without_id(packed.json()) == without_id(plain.json())


def without_id(answer: Any) -> Any:
    return answer | {"request_id": ""} if isinstance(answer, dict) else answer


def test_every_route_refuses_a_body_that_does_not_unpack(client: TestClient) -> None:
    for path in list_posts(client):
        refused = post(client, BODY, "gzip", path)
        assert refused.status_code == 400, path
        assert "gzip" in refused.text


@pytest.mark.parametrize(
    "coding", ["br", "zstd", "compress", "gzip, gzip", "deflate, gzip", "gzip, br", "*", "gzip;q=1"]
)
def test_another_coding_or_a_chain_is_refused_with_the_way_out(
    client: TestClient, coding: str
) -> None:
    refused = post(client, BODY, coding)
    assert_refused(refused, 415, "content_encoded")
    assert "gzip or deflate" in refused.json()["error"]
    assert refused.headers["accept-encoding"] == "gzip, deflate"


def test_codings_on_several_lines_are_a_chain(client: TestClient) -> None:
    lines = [("content-type", "application/json"), *[("content-encoding", "gzip")] * 2]
    refused = client.post(URL, content=gzip.compress(gzip.compress(BODY)), headers=lines)
    assert_refused(refused, 415, "content_encoded")


GZIP, ZLIB, BARE = gzip.compress(BODY), zlib.compress(BODY), deflate_bare(BODY)
BROKEN = {
    "gzip cut": ("gzip", GZIP[:-1]),
    "gzip cut in its header": ("gzip", GZIP[:5]),
    "gzip with another checksum": ("gzip", GZIP[:-8] + bytes(8)),
    "gzip and more": ("gzip", GZIP + b"more"),
    "gzip and zeros": ("gzip", GZIP + bytes(512)),
    "gzip and a member that is cut": ("gzip", GZIP + gzip.compress(b" ")[:-1]),
    "gzip that is none": ("gzip", BODY),
    "gzip that is zlib": ("gzip", ZLIB),
    "gzip of a thousand members": ("gzip", GZIP + gzip.compress(b"") * 1_000),
    "zlib cut": ("deflate", ZLIB[:-1]),
    "zlib with another checksum": ("deflate", ZLIB[:-4] + bytes(4)),
    "zlib and more": ("deflate", ZLIB + b"more"),
    "zlib twice": ("deflate", ZLIB + ZLIB),
    "zlib for a dictionary": ("deflate", b"\x78\xbb" + ZLIB[2:]),
    "bare and cut": ("deflate", BARE[:-1]),
    "bare and more": ("deflate", BARE + b"more"),
    "deflate that is none": ("deflate", BODY),
    "deflate that is gzip": ("deflate", GZIP),
    "one byte": ("deflate", b"\x78"),
}


@pytest.mark.parametrize(("coding", "body"), BROKEN.values(), ids=BROKEN)
def test_what_does_not_unpack_is_refused(client: TestClient, coding: str, body: bytes) -> None:
    assert_refused(post(client, body, coding), 400, "body_not_unpacked")


@pytest.mark.parametrize(("coding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress),
                                              ("deflate", deflate_bare)])  # fmt: skip
def test_the_limit_is_of_what_is_unpacked(
    client: TestClient, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    whole = BODY + b" " * (LIMIT - len(BODY))
    assert post(client, pack(whole), coding).status_code == 200
    assert_refused(post(client, pack(whole + b" "), coding), 413, "body_too_large_unpacked")
    assert_refused(post(client, b" " * (LIMIT + 1), coding), 413, "body_too_large")


def test_members_share_one_limit(client: TestClient) -> None:
    half = gzip.compress(b" " * (LIMIT // 2))
    packed = gzip.compress(BODY) + half + half
    assert_refused(post(client, packed, "gzip"), 413, "body_too_large_unpacked")


def test_a_bomb_is_not_unpacked(client: TestClient) -> None:
    bomb = zlib.compress(bytes(400_000_000))
    tracemalloc.start()
    try:
        assert_refused(post(client, bomb, "deflate"), 413, "body_too_large_unpacked")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * LIMIT
