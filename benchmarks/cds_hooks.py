"""A call of CDS Hooks for a patient with 60 observations, when everything is loaded.

The card holds the explanation, so its native twin is `POST /models/survival/explain` of the same
patient; the plain prediction is beside it. All go in turns through the same Lambda handler; tokens
are not asked for here, as on loopback, and one is verified by itself after that.
"""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from mangum import Mangum
from starlette.requests import Request

from benchmarks.graph import REGISTRY
from benchmarks.handler import discarding_log, prepare_call
from benchmarks.measurement import Measurement
from benchmarks.request import make_event
from benchmarks.timing import time_in_turns
from medmaas.api.app import create_app
from medmaas.api.tokens import Verifier, make_issuers

TITLE = "CDS Hooks: one patient with 60 observations, median"
LIMIT = 3.0
LIMIT_MS = 500.0
TURNS = 10
CALLS = 50
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
OBSERVATIONS = 60
CODES = {"36916-5": (12.0, "mg/L"), "33944-0": (15.0, "mg/L"), "2160-0": (1.1, "mg/dL")}
INSTANCE = {
    "age": 73, "sex": "F", "creatinine": 1.1, "kappa": 1.2, "lambda": 1.5, "mgus": False,
}  # fmt: skip
DOMAIN = "medmaas.example"


def measure(*, smallest: bool = False) -> list[Measurement]:
    """Time the three in turns, then the verification of a token."""
    app = create_app(REGISTRY)
    app.state.clock = lambda: NOW
    handler = Mangum(app, lifespan="off")
    native = json.dumps({"instances": [INSTANCE]})
    calls = {
        "hooks": prepare_call(handler, make_event(_make_call(), "/cds-services/survival")),
        "explain": prepare_call(handler, make_event(native, "/models/survival/explain")),
        "predict": prepare_call(handler, make_event(native, "/models/survival/predict")),
    }
    with discarding_log():
        seconds = time_in_turns(calls, *((1, 1) if smallest else (TURNS, CALLS)))
    milli = {name: 1e3 * value for name, value in seconds.items()}
    return [
        Measurement("CDS Hooks call, with a card", milli["hooks"], "ms", LIMIT_MS),
        Measurement("native, explained", milli["explain"], "ms"),
        Measurement("native, plain", milli["predict"], "ms"),
        Measurement("call / native, explained", milli["hooks"] / milli["explain"], "x", LIMIT),
        Measurement("call / native, plain", milli["hooks"] / milli["predict"], "x"),
        Measurement("a token (ES384) verified", _time_token(), "ms"),
    ]


def _make_call() -> str:
    patient = {"resourceType": "Patient", "id": "p1", "birthDate": "1952-06-15", "gender": "female"}
    codes = [*CODES] * (OBSERVATIONS // len(CODES))
    observations = [_observe(i, code) for i, code in enumerate(codes)]
    searched = {"resourceType": "Bundle", "type": "searchset"}
    prefetch = {
        "patient": patient,
        "observations": searched | {"entry": observations},
        "conditions": searched,
    }
    context = {"userId": "Practitioner/7", "patientId": "p1"}
    call = {"hook": "patient-view", "hookInstance": str(uuid4()), "context": context}
    return json.dumps(call | {"prefetch": prefetch})


def _observe(i: int, code: str) -> dict[str, Any]:
    value, unit = CODES[code]
    return {
        "fullUrl": f"https://ehr.example/fhir/Observation/o{i}",
        "resource": {
            "resourceType": "Observation",
            "id": f"o{i}",
            "meta": {"versionId": "1", "lastUpdated": NOW.isoformat()},
            "status": "final",
            "category": [
                {
                    "coding": [
                        {
                            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                            "code": "laboratory",
                        }
                    ]
                }
            ],
            "code": {"coding": [{"system": "http://loinc.org", "code": code}], "text": code},
            "subject": {"reference": "Patient/p1"},
            "effectiveDateTime": (NOW - timedelta(days=i)).isoformat(),
            "valueQuantity": {
                "value": value,
                "unit": unit,
                "system": "http://unitsofmeasure.org",
                "code": unit,
            },
        },
        "search": {"mode": "match"},
    }


def _time_token() -> float:
    """Milliseconds; each token is another one, because none is taken twice."""
    key = ec.generate_private_key(ec.SECP384R1())
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key())) | {"kid": "1"}
    issuers = json.dumps({"https://ehr.example": {"keys": [public]}})
    verifier = Verifier(make_issuers(None, lambda: issuers))
    claims = {
        "iss": "https://ehr.example",
        "aud": f"https://{DOMAIN}/cds-services",
        "iat": NOW.timestamp(),
        "exp": NOW.timestamp() + 60,
    }
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "path": "/cds-services",
        "query_string": b"",
        "server": (DOMAIN, 443),
        "scheme": "https",
        "aws.event": {"requestContext": {"domainName": DOMAIN}},
    }
    requests = []
    for _ in range(CALLS * 2):
        token = jwt.encode(claims | {"jti": str(uuid4())}, key, "ES384", {"kid": "1", "typ": "JWT"})
        headers = [(b"authorization", f"Bearer {token}".encode())]
        requests.append(Request(deepcopy(scope) | {"headers": headers}))
    found = time_in_turns({"token": lambda: verifier.check(requests.pop(), NOW)}, 1, CALLS)
    return 1e3 * found["token"]
