"""The bytes of a request, if it announces JSON and is not too long."""

from fastapi import Request

from medmaas.errors import TooLargeError, UnsupportedMediaTypeError

MAX_BYTES = 5_000_000


async def read_json_bytes(request: Request) -> bytes:
    """The body of a request.

    Raises:
        UnsupportedMediaTypeError: the content type is not application/json in UTF-8.
        TooLargeError: more than MAX_BYTES, announced or sent.
    """
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    if media_type.strip().lower() != "application/json":
        raise UnsupportedMediaTypeError("send the body as content-type: application/json")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    if charset not in {"", "utf-8"}:
        raise UnsupportedMediaTypeError("send the body as application/json in UTF-8")
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > MAX_BYTES:
        raise _too_many_bytes()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise _too_many_bytes()
    return bytes(body)


def _too_many_bytes() -> TooLargeError:
    return TooLargeError(f"the body is over {MAX_BYTES / 1e6:.0f} MB: send fewer instances at once")
