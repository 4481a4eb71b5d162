"""A record becomes a picture: that of the newest document."""

import base64
from typing import Any

from medmaas.facts import Fact
from medmaas.fhir.attachments import File, list_binaries, list_files, refuse_type
from medmaas.fhir.documents import Taken, take_newest
from medmaas.fhir.draft import Draft
from medmaas.fhir.record import Entry, refuse
from medmaas.fhir.references import Referred
from medmaas.model.inputs.picture import name_form
from medmaas.model.kinds import expect
from medmaas.model.manifest import ImageInput, Manifest

_TYPES = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/jpg": "JPEG",
    "image/tiff": "TIFF",
    "application/dicom": "DICOM",
}


def fill(draft: Draft, manifest: Manifest) -> dict[str, Any]:
    """The picture, and what it lacks before there can be an answer.

    Raises:
        InvalidRequestError: the newest cannot be read, or nobody says which of several counts.
    """
    spec = expect(manifest.input, ImageInput)
    if spec.source is None:
        raise AssertionError("a model without a source reads no records")
    binaries = list_binaries(draft.record)
    content = take_newest(
        draft, spec.field, spec.source, lambda entry: _read(entry, binaries, spec)
    )
    return {} if content is None else {spec.field: base64.b64encode(content).decode()}


def _read(entry: Entry, binaries: Referred, spec: ImageInput) -> Taken[bytes]:
    """The one picture of a resource; of a DICOM file and others the DICOM file, if it is taken.

    Raises:
        InvalidRequestError: there is none that is taken, or there are several.
    """
    files = list_files(entry, binaries)
    pictures = [one for one in files if _is_picture(one)]
    dicoms = [one for one in pictures if _TYPES.get(one.media_type) == "DICOM"]
    if spec.dicom and dicoms:
        pictures = dicoms
    taken = [one for one in pictures if _TYPES.get(one.media_type) in spec.forms]
    if not taken:
        types = [name for name, form in _TYPES.items() if form in spec.forms]
        raise refuse_type(entry, pictures or files, [one for one in types if one != "image/jpg"])
    first = taken[0]
    if len(pictures) > len(taken):  # the other may be the whole, and this its thumbnail
        raise refuse(first.where, "several_contents")
    content = first.read()
    if any(one.read() != content for one in taken[1:]):
        raise refuse(first.where, "several_contents")
    stated, real = _TYPES[first.media_type], name_form(content)
    wrong = real in spec.forms and real != stated
    told = (Fact("content_type_wrong", stated=stated, real=real),) if wrong else ()
    return Taken(content, f"{first.where}.data", told)


def _is_picture(file: File) -> bool:
    return file.media_type.startswith("image/") or file.media_type in _TYPES
