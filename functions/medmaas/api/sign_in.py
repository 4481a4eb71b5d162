"""Where people sign in who use the page: OAuth 2.0 authorization code with PKCE (RFC 7636)."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from medmaas import settings
from medmaas.api.setting import Setting, make_setting
from medmaas.errors import SettingError
from medmaas.facts import Fact

_Address = Annotated[
    str, StringConstraints(pattern=r"^(https://|http://127\.0\.0\.1(:\d+)?/)[^\s\"';,]*$")
]


class SignIn(BaseModel):
    """What the page needs to know of the issuer; none of it is secret.

    Plain HTTP is taken of an issuer on this very machine alone. `end_session_endpoint`, if there is
    one, is where people sign out (OpenID Connect RP-Initiated Logout).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    issuer: _Address
    authorization_endpoint: _Address
    token_endpoint: _Address
    end_session_endpoint: _Address | None = None
    client_id: str
    scope: str

    @property
    def origin(self) -> str:
        """The only origin beside its own that the page sends a request to."""
        address = urlsplit(self.token_endpoint)
        return f"{address.scheme}://{address.netloc}"


def make_sign_in() -> Setting[SignIn | None]:
    """The setting that says where people sign in; None where nobody does.

    Raises:
        SettingError: the environment does not hold the JSON that is wanted.
    """
    parameter, unreadable = settings.sign_in_parameter(), Fact("sign_in_unreadable")
    return make_setting(parameter, settings.sign_in, _parse, unreadable)


def _parse(text: str) -> SignIn | None:
    if text.strip() == "{}":
        return None
    try:
        return SignIn.model_validate_json(text)
    except ValidationError as error:
        fields = sorted({".".join(map(str, one["loc"])) or "JSON" for one in error.errors()})
        raise SettingError("sign_in_wrong", fields=[*SignIn.model_fields], wrong=fields) from None
