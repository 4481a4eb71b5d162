"""A file of rows in a bucket names DICOMs and recordings, answered as over HTTPS."""

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import PIL.Image
import pytest
from fastapi.testclient import TestClient

from medmaas.api.app import create_app
from medmaas.batch import handler
from medmaas.model.registry import Registry
from medmaas.table.pictures import FOLDERS
from medmaas.table.reader import FILES_AT_ONCE
from tests.model.dicoms import PATIENT, draw
from tests.model.radiographs import radiograph
from tests.model.radiographs import write_model as write_radiograph
from tests.model.test_tiff import write as write_tiff
from tests.waveform import recordings
from tests.waveform.models import write_model as write_ecg

from .uploads import HURRY_MS, Buckets, Context, folder_of, messages, s3_event

Json = dict[str, Any]
RADIOGRAPH, ECG = "radiograph_random", "ecg"


@pytest.fixture(scope="module", name="added")
def _added(tmp_path_factory: pytest.TempPathFactory) -> Path:
    models = tmp_path_factory.mktemp("named")
    write_radiograph(models)
    write_ecg(models)
    return models


@pytest.fixture(autouse=True)
def _of_the_function(added: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler, "registry", Registry(added))


@pytest.fixture(scope="module", name="client")
def _client(added: Path) -> TestClient:
    return TestClient(create_app(Registry(added)))


def zip_files(*contents: bytes) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for i, content in enumerate(contents):
            archive.writestr(f"{i}.dcm", content)
    return packed.getvalue()


def write_png() -> bytes:
    """The shades of a DICOM of 12 bits, as a PNG of 16."""
    file = BytesIO()
    PIL.Image.fromarray(draw(64, 64, seed=5)).save(file, "PNG")
    return file.getvalue()


SAMPLES = recordings.draw(seed=3)
NAMED: dict[str, dict[str, bytes]] = {
    RADIOGRAPH: {
        "a.dcm": radiograph(5),
        "b.dcm": radiograph(6),
        "c.png": write_png(),
        "d.tiff": write_tiff(draw(64, 64, seed=7)),
        "no name": radiograph(8),
    },
    ECG: {
        "a.edf": recordings.write_edf(SAMPLES),
        "b.csv": recordings.write_csv(SAMPLES),
        "c.dcm": recordings.write_dicom(SAMPLES),
        "d.edf": recordings.write_edf(recordings.draw(250, seed=4), 250),
    },
}
FIELDS = {RADIOGRAPH: "image", ECG: "ecg"}
REFUSED: dict[str, dict[str, tuple[bytes, str]]] = {
    RADIOGRAPH: {
        "other.dcm": (radiograph(Modality="NM"), "dicom_of_other_modality"),
        "cut.dcm": (radiograph()[:900], "damaged_dicom"),
        "both.zip": (zip_files(radiograph(5), radiograph(6)), "picture_is_packed"),
        "ecg.edf": (NAMED[ECG]["a.edf"], "not_a_file_taken"),
    },
    ECG: {
        "cut.edf": (NAMED[ECG]["a.edf"][:70_000], "edf_damaged"),
        "all.zip": (zip_files(*NAMED[ECG].values()), "recording_is_packed"),
        "x-ray.dcm": (radiograph(5), "dicom_without_waveform"),
    },
}


def put(buckets: Buckets, model: str, folder: str) -> bytes:
    """Every file of a model beside its rows; gives the rows."""
    contents = NAMED[model] | {name: content for name, (content, _) in REFUSED[model].items()}
    for name, content in contents.items():
        buckets.upload(f"{folder}{name}", content)
    names = [*contents, "none"]
    rows = [{"id": f"{i}", "key": f"{folder}{name}"} for i, name in enumerate(names)]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def read_lines(content: bytes) -> list[Json]:
    return [json.loads(line) for line in content.splitlines()]


def ask(client: TestClient, model: str, language: str, *contents: bytes) -> list[Json]:
    field = FIELDS[model]
    instances = [{field: base64.b64encode(one).decode()} for one in contents]
    answer = client.post(
        f"/models/{model}/predict",
        json={"instances": instances},
        headers={"accept-language": language},
    )
    told: Json = answer.json()
    found: list[Json] = told["predictions"] if answer.status_code == 200 else told["details"]
    return found


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("model", NAMED)
def test_what_a_row_names_is_answered_as_over_https(
    buckets: Buckets, client: TestClient, model: str, folder: str
) -> None:
    rows, language = put(buckets, model, folder), "zh" if folder == FOLDERS[0] else "en"
    upload = buckets.upload(f"incoming/{model}/{folder[:5]}.jsonl", rows, language=language)
    told = handler.handler(messages(*buckets.take_messages()), Context())
    assert told == {"batchItemFailures": []}
    written = buckets.read(folder_of(upload))
    answers = read_lines(written["predictions.jsonl"])
    assert [one.pop("row") for one in answers] == [*range(1, len(NAMED[model]) + 1)]
    assert [one.pop("id") for one in answers] == [f"{i}" for i in range(len(answers))]
    assert answers == ask(client, model, language, *NAMED[model].values())
    rejects = read_lines(written["rejects.jsonl"])
    causes = [(code, content) for content, code in REFUSED[model].values()]
    assert [one["code"] for one in rejects] == [*(code for code, _ in causes), "no_such_picture"]
    assert all(name in rejects[-1]["problem"] for name in FOLDERS)
    for reject, (_, content) in zip(rejects, causes, strict=False):
        (detail,) = ask(client, model, language, content)
        assert reject["problem"] == detail["problem"]
    for content in written.values():
        assert PATIENT.encode() not in content
        assert recordings.SECRET.encode() not in content


def test_time_is_looked_at_after_every_few_files(buckets: Buckets) -> None:
    buckets.upload("files/one.dcm", radiograph(5))
    row = json.dumps({"key": "files/one.dcm"}) + "\n"
    rows = row * (FILES_AT_ONCE + 1)
    upload = buckets.upload(f"incoming/{RADIOGRAPH}/many.jsonl", rows.encode())
    buckets.take_messages()
    (first,) = handler.handler(s3_event(upload), Context(remaining_ms=HURRY_MS))
    assert first["status"] == "continued"
    handler.handler(messages(*buckets.take_messages()), Context())
    manifest = buckets.manifest(folder_of(upload))
    assert manifest["rows"] == manifest["scored"] == FILES_AT_ONCE + 1
