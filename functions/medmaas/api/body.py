"""The bytes of a request, if it announces JSON and is not too long."""

from fastapi import Request

from medmaas.errors import TooLargeError, UnsupportedMediaTypeError

MAX_BYTES = 5_000_000


async def read_json_bytes(request: Request) -> bytes:
    """The body of a request.

    Raises:
        UnsupportedMediaTypeError: the content type is not application/json in UTF-8.
        TooLargeError: more than MAX_BYTES.
    """
    media_type, *parameters = request.headers.get("content-type", "").lower().split(";")
    if media_type.strip() != "application/json":
        raise UnsupportedMediaTypeError("send the body as content-type: application/json")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip().strip('"') != "utf-8":
            raise UnsupportedMediaTypeError("send the body as application/json in UTF-8")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise TooLargeError(
                f"the body is over {MAX_BYTES / 1e6:.0f} MB: send fewer instances at once"
            )
    return bytes(body)
