"""Drawing an instance for people: of models whose files a browser cannot show."""

from medmaas.api.openapi.parts import Operation, write_content, write_operation, write_refusals
from medmaas.model.schema import FACT, INTEGER, TEXT, describe_any, describe_list, describe_object

_STATUSES = (400, 404, 413, 415, 422, 500, 503)
_SUMMARY = "A model of pictures or recordings: what it sees of one, and how the file was read"


def describe_drawing(name: str) -> Operation:
    """The operation, without the parameters of its path."""
    instance = {"type": "object", "title": "DrawnInstance", "additionalProperties": True}
    part = TEXT | {"description": "Of a model of several parts the one that is drawn."}
    request = describe_object("DrawRequest", {"instance": instance}, {"part": part})
    request |= {"additionalProperties": False}
    png = TEXT | {"contentEncoding": "base64", "contentMediaType": "image/png"}
    box = describe_object("SeenBox", dict.fromkeys(("left", "top", "width", "height"), INTEGER))
    box["description"] = "What the model sees, in pixels of the whole picture."
    drawing = describe_object(
        "Drawing", {"png": png, "width": INTEGER, "height": INTEGER, "box": box}
    )
    drawing["description"] = "The whole picture, and its size; the PNG may be smaller."
    recording = {"type": "object", "title": "DrawnRecording", "additionalProperties": True}
    field = {"type": ["string", "null"]}
    warning = describe_object("DrawWarning", {"field": field, "problem": TEXT, **FACT})
    said = {"reason": TEXT | {"description": "Why the model will abstain, if so."}, **FACT}
    answer = describe_object(
        "DrawAnswer",
        {"drawing": describe_any(drawing, recording), "warnings": describe_list(warning)},
        said,
    )
    return write_operation(
        name,
        "predict",
        _SUMMARY,
        {"200": write_content("The drawing.", answer)} | write_refusals(_STATUSES),
        requestBody={"required": True, **write_content("One instance.", request)},
        parameters=[],
    )
