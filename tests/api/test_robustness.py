"""Whatever is sent, the answer is an answer or a refusal in the one format, never a failure."""

from urllib.parse import quote

from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import PATIENT

JSON = {"content-type": "application/json"}
REFUSED = {400, 404, 405, 413, 415, 422}

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
patients = st.fixed_dictionaries(
    {}, optional={field: json_values | st.just(value) for field, value in PATIENT.items()}
)


@given(
    body=json_values
    | st.fixed_dictionaries({"instances": st.lists(patients | json_values, max_size=4)})
)
def test_any_json_is_answered_or_refused(client: TestClient, body: object) -> None:
    response = client.post("/models/survival/predict", json=body, headers=JSON)
    if response.status_code == 200:
        assert isinstance(body, dict)
        assert len(response.json()["predictions"]) == len(body["instances"])
    else:
        assert response.status_code in REFUSED
        assert response.json().keys() == {"error", "code", "limits", "details"}


@given(body=st.binary(), content_type=st.sampled_from(["application/json", "text/csv", "; ;", "ä"]))
def test_any_bytes_are_refused(client: TestClient, body: bytes, content_type: str) -> None:
    headers = {b"content-type": content_type.encode("latin-1")}
    response = client.post("/models/survival/predict", content=body, headers=headers)
    assert response.status_code in REFUSED


@given(
    model_id=st.text(min_size=1),
    version=st.text(min_size=1),
    page=st.sampled_from(["", "/card", "/predict"]),
)
def test_any_name_of_a_model_is_refused(
    client: TestClient, model_id: str, version: str, page: str
) -> None:
    for path in (f"/models/{quote(model_id, safe='')}x{page}",
                 f"/models/survival/versions/{quote(version, safe='')}x{page}"):  # fmt: skip
        response = client.get(path)
        assert response.status_code in REFUSED
        assert response.json()["error"]
