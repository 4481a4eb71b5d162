"""The bytes of a request, if it announces JSON and is not too long."""

from collections.abc import Sequence

from fastapi import Request

from medmaas.errors import TooLargeError, UnsupportedMediaTypeError

MAX_BYTES = 5_000_000


JSON = ("application/json",)


async def read_json_bytes(request: Request, media_types: Sequence[str] = JSON) -> bytes:
    """The body of a request.

    Args:
        request: whose body was not read yet.
        media_types: those that it may have, the usual one first.

    Raises:
        UnsupportedMediaTypeError: the content type is another one, or not in UTF-8.
        TooLargeError: more than MAX_BYTES.
    """
    media_type, *parameters = request.headers.get("content-type", "").lower().split(";")
    if media_type.strip() not in media_types:
        raise UnsupportedMediaTypeError("wrong_media_type", media_type=media_types[0])
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') != "utf-8":
            raise UnsupportedMediaTypeError("wrong_charset", media_type=media_types[0])
    return await read_bytes(request)


async def read_bytes(request: Request) -> bytes:
    """The body of a request, whatever it is.

    Raises:
        TooLargeError: more than MAX_BYTES.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise TooLargeError("body_too_large", megabytes=MAX_BYTES // 10**6)
    return bytes(body)
