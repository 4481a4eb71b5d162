"""What does not fit the contract, as sentences that say what each field is for."""

import difflib
from collections.abc import Sequence
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from medmaas.model.manifest import Manifest

Place = Sequence[str | int]
_MEASURED = {"artefact", "parity"}
_WORDS = dict.fromkeys(("missing", "too_short", "string_too_short"), "is missing")
_WORDS |= dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "must hold fields")
_WORDS |= {
    "string_type": "must be text, so put it in quotes",
    "string_pattern_mismatch": "does not fit",
    "tuple_type": "must be a list",
}


def explain(error: ValidationError, within: Place = ()) -> list[str]:
    """One sentence per problem of a manifest, or of the part of it that lies at `within`."""
    problems = error.errors(include_url=False)
    places = [(*within, *problem["loc"]) for problem in problems]
    return [
        _explain(problem, place)
        for problem, place in zip(problems, places, strict=True)
        if problem["type"] != "too_short" or not any(_is_below(other, place) for other in places)
    ]


def _is_below(place: Place, other: Place) -> bool:
    return len(place) > len(other) and place[: len(other)] == other


def _explain(problem: ErrorDetails, place: Place) -> str:
    path, about, annotation = _locate(place)
    match problem["type"]:
        case "extra_forbidden":
            return f"{path} {_reject(place)}"
        case "union_tag_not_found" | "union_tag_invalid":
            tag = str(problem["ctx"]["discriminator"]).strip("'")
            tags = [variant.model_fields[tag].default for variant in _find_variants(annotation)]
            return f"{path}.{tag} is missing or unknown: one of {', '.join(tags)}"
        case "value_error":
            return ": ".join(filter(None, [path, str(problem["ctx"]["error"])]))
    return f"{path} {_word(problem)}" + (f": {about}" if about else "")


def _word(problem: ErrorDetails) -> str:
    if problem["input"] is None:
        return _WORDS["missing"]
    if problem["type"] == "string_type" and isinstance(problem["input"], bool):
        return "must be text, so put it in quotes (YAML reads yes and no as true and false)"
    message = problem["msg"].replace("Input should", "must")
    return _WORDS.get(problem["type"], message[0].lower() + message[1:])


def _reject(place: Place) -> str:
    if len(place) == 1 and place[0] in _MEASURED:
        return "is measured: remove it"
    _, _, parent = _locate(place[:-1])
    known = [name for variant in _find_variants(parent) for name in variant.model_fields]
    close = difflib.get_close_matches(str(place[-1]), known, n=1)
    return "is not a field here: " + (f"is {close[0]} meant?" if close else "remove it")


def _locate(place: Place) -> tuple[str, str, Any]:
    """Path, what the field there is for, and its type; tags of unions are not part of a path."""
    annotation: Any = Manifest
    path: list[str] = []
    about = ""
    for part in place:
        variants = _find_variants(annotation)
        if len(variants) > 1:
            annotation = next((v for v in variants if _has_tag(v, part)), Any)
            if annotation is not Any:
                continue
        path.append(str(part))
        if variants:
            field = variants[0].model_fields.get(str(part))
            annotation = field.annotation if field else Any
            about = (field.description if field else None) or ""
        else:
            inner = [arg for arg in get_args(_strip(annotation)) if arg is not ...]
            annotation = inner[-1] if inner else Any
    return ".".join(path), _begin_small(about), annotation


def _strip(annotation: Any) -> Any:  # noqa: ANN401 - a type, of any kind
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _find_variants(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401 - as above
    """The contract's classes that a value of this type may be of."""
    bare = _strip(annotation)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        return [bare]
    if get_origin(bare) in {tuple, dict}:
        return []
    return [variant for arg in get_args(bare) for variant in _find_variants(arg)]


def _has_tag(variant: type[BaseModel], part: object) -> bool:
    tags = (variant.model_fields.get(name) for name in ("kind", "type"))
    return any(field is not None and field.default == part for field in tags)


def _begin_small(about: str) -> str:
    is_word = about[1:2].islower() or about[1:2] == " "
    return (about[0].lower() + about[1:] if is_word else about).removesuffix(".")
