"""The one verifier of tokens: JWTs of CDS Hooks' clients, by keys that were configured.

https://cds-hooks.hl7.org/2.0/#trusting-cds-clients. Keys are never fetched: `jku` comes from the
caller. PyJWT verifies signatures; the clock is the application's.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from fastapi import Request

from medmaas import settings
from medmaas.api.address import find_own_address, find_path
from medmaas.api.setting import Setting, make_setting
from medmaas.errors import ForbiddenError, SettingError, UnauthorisedError
from medmaas.facts import Fact

ALGORITHMS = {"ES384": ("EC", "P-384"), "RS384": ("RSA", None)}
Jwk = dict[str, Any]
Keys = dict[str, dict[tuple[Any, Any], Jwk]]
_CLAIMS = ("iss", "aud", "exp", "iat", "jti")
_LONGEST_SECONDS = 300
_LEEWAY_SECONDS = 30
_MOST_CHARACTERS = 8_192
_LEAST_RSA_BYTES = 256


class Seen(Protocol):
    """What remembers tokens, so that none is taken twice."""

    def remember(self, identity: str, expires: int, now: int) -> bool:
        """Whether this is the first time; remembered until it expires, in seconds since 1970."""


class SeenHere:
    """The tokens that this process saw."""

    def __init__(self) -> None:
        self._expires: dict[str, int] = {}

    def remember(self, identity: str, expires: int, now: int) -> bool:
        """Whether this is the first time."""
        self._expires = {known: at for known, at in self._expires.items() if at > now}
        if identity in self._expires:
            return False
        self._expires[identity] = expires
        return True


def make_issuers(parameter: str | None, environment: Callable[[], str]) -> Setting[Keys]:
    """The public keys of issuers: JSON, a JWK Set {"keys": [...]} by issuer.

    Raises:
        SettingError: of those in the environment, a key is private, too short, or of another kind
            than ES384 and RS384 need.
    """
    return make_setting(parameter, environment, _parse, Fact("issuers_unreadable"))


class Verifier:
    """Takes tokens of configured issuers, each once.

    Args:
        issuers: whose keys are known.
        make_seen: makes what remembers tokens, when the first one comes.
    """

    def __init__(self, issuers: Setting[Keys], make_seen: Callable[[], Seen] = SeenHere) -> None:
        self._issuers = issuers
        self._make_seen = cache(make_seen)

    def check(self, request: Request, now: datetime) -> None:
        """Let a request pass, or not.

        Raises:
            UnauthorisedError: it has no token, or an invalid one.
            ForbiddenError: the token is of an issuer that is not configured.
            StorageError: the keys of issuers cannot be read.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > _MOST_CHARACTERS:
            raise UnauthorisedError("no_token")
        keys = self._issuers.find(now.timestamp())
        claims = _verify(token.strip(), find_audience(request), keys)
        _check_times(claims, now.timestamp())
        named = f"{claims['iss']}\n{claims['jti']}".encode("utf-8", "surrogatepass")
        identity = hashlib.sha256(named).hexdigest()
        until = int(claims["exp"]) + _LEEWAY_SECONDS
        if not self._make_seen().remember(identity, until, int(now.timestamp())):
            raise UnauthorisedError("token_used")


def make_verifier() -> Verifier:
    """The verifier of the issuers in the settings; if there are none, nobody gets in.

    Raises:
        SettingError: they are in the environment, and cannot be read.
    """
    return Verifier(make_issuers(settings.issuers_parameter(), settings.issuers), _make_seen)


def find_audience(request: Request) -> str:
    """The URL that is called, by what no caller can choose.

    Raises:
        UnauthorisedError: nobody knows it.
    """
    address = find_own_address(request)
    if address is None:
        raise UnauthorisedError("no_address")
    return f"{address}{find_path(request.scope)}"


def _make_seen() -> Seen:
    table = settings.replay_table()
    if table is None:
        return SeenHere()
    from medmaas.api.aws import SeenTable  # noqa: PLC0415 - boto3 takes long to load

    return SeenTable(table)


def _verify(token: str, audience: str, issuers: Keys) -> dict[str, Any]:
    import jwt  # noqa: PLC0415 - cryptography takes long to load, and most requests need none

    try:
        header = jwt.get_unverified_header(token)
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise UnauthorisedError("not_a_token") from None
    if str(header.get("alg")) not in ALGORITHMS or str(header.get("typ")).upper() != "JWT":
        *others, last = ALGORITHMS
        raise UnauthorisedError("other_algorithm", others=others, last=last)
    if not isinstance(issuer, str) or issuer not in issuers:
        raise ForbiddenError("unknown_issuer")
    key = issuers[issuer].get((header.get("kid"), header["alg"]))
    if key is None:
        raise UnauthorisedError("unknown_key")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(key, algorithm=header["alg"]),
            algorithms=[header["alg"]],
            audience=audience,
            issuer=issuer,
            options={
                "require": list(_CLAIMS),
                "verify_exp": False,  # by the application's clock, in _check_times
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except jwt.MissingRequiredClaimError:
        raise UnauthorisedError("claims_missing", claims=[*_CLAIMS]) from None
    except jwt.InvalidAudienceError:
        raise UnauthorisedError("other_audience") from None
    except (jwt.PyJWTError, ValueError, TypeError):
        raise UnauthorisedError("token_does_not_hold") from None
    return claims


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    exp, iat, nbf = (claims.get(name) for name in ("exp", "iat", "nbf"))
    numbers = [value for value in (exp, iat, nbf) if value is not None]
    if not all(type(value) in {int, float} and abs(value) < 1e11 for value in numbers):  # noqa: PLR2004
        raise UnauthorisedError("token_times_not_seconds")
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise UnauthorisedError("jti_not_text")
    if claims["exp"] + _LEEWAY_SECONDS <= now:
        raise UnauthorisedError("token_expired")
    if claims["iat"] - _LEEWAY_SECONDS > now or (nbf or 0) - _LEEWAY_SECONDS > now:
        raise UnauthorisedError("token_of_the_future")
    if claims["exp"] - claims["iat"] > _LONGEST_SECONDS:
        raise UnauthorisedError("token_too_long", seconds=_LONGEST_SECONDS)


def _parse(text: str) -> Keys:
    try:
        sets = json.loads(text)
    except ValueError:  # its message may quote a key
        sets = None
    found: Keys = {}
    for issuer, keys in (sets if isinstance(sets, dict) else {"": None}).items():
        listed = keys.get("keys") if isinstance(keys, dict) else None
        if not isinstance(listed, list) or not all(isinstance(key, dict) for key in listed):
            raise SettingError("issuers_not_json")
        found[issuer] = {_name_key(key): key for key in listed}
    return found


def _name_key(key: Jwk) -> tuple[Any, Any]:
    if "d" in key or "kid" not in key:
        raise SettingError("issuers_not_public")
    for algorithm, (kind, curve) in ALGORITHMS.items():
        fits = key.get("kty") == kind and key.get("crv") == curve
        if fits and key.get("alg", algorithm) == algorithm:
            if kind == "RSA" and len(str(key.get("n"))) * 3 // 4 < _LEAST_RSA_BYTES:
                raise SettingError("issuers_too_short", bits=8 * _LEAST_RSA_BYTES)
            return key["kid"], algorithm
    raise SettingError("issuers_of_other_kinds")
