"""The bytes of a request, if it announces JSON and is not too long; unpacked where it is packed."""

import zlib
from collections.abc import Sequence

from fastapi import Request
from starlette.requests import ClientDisconnect

from medmaas.errors import MalformedBodyError, TooLargeError, UnsupportedMediaTypeError

MAX_BYTES = 5_000_000
MAX_SENT_IN_BASE64 = 4_400_000  # an event of Lambda has 6 MB, in which bytes travel as base64
_MOST_MEMBERS = 1_000
_GZIP, _ZLIB, _RAW = 31, 15, -15  # what zlib calls wbits

JSON = ("application/json",)


async def read_json_bytes(request: Request, media_types: Sequence[str] = JSON) -> bytes:
    """The body of a request.

    Args:
        request: whose body was not read yet.
        media_types: those that it may have, the usual one first.

    Raises:
        UnsupportedMediaTypeError: the content type is another one, or not in UTF-8; or packed as
            below.
        TooLargeError: as below.
        MalformedBodyError: as below.
    """
    named, coding = _read_headers(request)
    media_type, *parameters = named.lower().split(";")
    if media_type.strip() not in media_types:
        raise UnsupportedMediaTypeError("wrong_media_type", media_type=media_types[0])
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') != "utf-8":
            raise UnsupportedMediaTypeError("wrong_charset", media_type=media_types[0])
    return await _read(request, coding)


async def read_bytes(request: Request) -> bytes:
    """The body of a request, whatever it is, unpacked if its content-encoding is gzip or deflate.

    Raises:
        UnsupportedMediaTypeError: another content-encoding, or several.
        TooLargeError: more than MAX_BYTES, as it was sent or unpacked.
        MalformedBodyError: not whole, or not what its content-encoding says.
    """
    _, coding = _read_headers(request)
    return await _read(request, coding)


async def _read(request: Request, coding: str | None) -> bytes:
    body = await _receive(request)
    in_base64: bool | None = request.scope.get("medmaas.base64")
    if in_base64 is False:
        raise MalformedBodyError("body_not_base64")
    if in_base64 and len(body) > MAX_SENT_IN_BASE64:
        raise TooLargeError("body_too_large_in_base64", megabytes=MAX_SENT_IN_BASE64 / 10**6)
    return _unpack(body, coding) if coding and body else body


async def _receive(request: Request) -> bytes:
    """The body as it was sent; Starlette's own stream takes longer where it comes at once."""
    chunks, length, more = list[bytes](), 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        length += len(chunks[-1])
        if length > MAX_BYTES:
            raise TooLargeError("body_too_large", megabytes=MAX_BYTES // 10**6)
        more = message.get("more_body", False)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _read_headers(request: Request) -> tuple[str, str | None]:
    """The content type, and how the body is packed: `gzip` or `deflate`; None if it is not."""
    media_type, codings = b"", list[bytes]()
    for name, value in request.scope["headers"]:
        if name == b"content-type":
            media_type = value
        elif name == b"content-encoding":
            codings.append(value)
    return media_type.decode("latin-1"), _choose_coding(codings) if codings else None


def _choose_coding(named: Sequence[bytes]) -> str | None:
    listed = [one.strip().lower() for one in b",".join(named).decode("latin-1").split(",")]
    codings = [one.removeprefix("x-") for one in listed if one not in {"", "identity"}]
    if len(codings) > 1 or not {*codings} <= {"gzip", "deflate"}:
        raise UnsupportedMediaTypeError("content_encoded")
    return codings[0] if codings else None


def _unpack(packed: bytes, coding: str) -> bytes:
    """What was packed, never more than the limit in memory; a file of gzip may have many members.

    Deflate is zlib's format by the standard (RFC 9110), and bare in what some clients send.
    """
    wbits = _GZIP if coding == "gzip" else _ZLIB if _is_zlib(packed) else _RAW
    body, members = bytearray(), 0
    while packed:
        unpacker = zlib.decompressobj(wbits)
        members += 1
        try:
            body += unpacker.decompress(packed, MAX_BYTES + 1 - len(body))
        except zlib.error:
            raise MalformedBodyError("body_not_unpacked", coding=coding) from None
        if len(body) > MAX_BYTES:
            raise TooLargeError("body_too_large_unpacked", megabytes=MAX_BYTES // 10**6)
        packed = unpacker.unused_data
        more = packed and (wbits != _GZIP or members == _MOST_MEMBERS)
        if more or not unpacker.eof:
            raise MalformedBodyError("body_not_unpacked", coding=coding)
    return bytes(body)


def _is_zlib(packed: bytes) -> bool:
    """Whether it begins with a header of zlib (RFC 1950), as no bare deflate does."""
    return packed[0] & 0x0F == zlib.DEFLATED and int.from_bytes(packed[:2]) % 31 == 0
