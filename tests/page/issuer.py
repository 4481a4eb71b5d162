"""An issuer on loopback that gives codes and tokens as OAuth 2.0 with PKCE wants it (RFC 7636)."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

CLIENT = "page"
SCOPE = "openid medmaas/predict"


class Issuer:
    """Whom it let in; `refuses` makes the person say no, `lifetime` is of an access token."""

    def __init__(self) -> None:
        self.challenges: dict[str, str] = {}
        self.tokens: set[str] = set()
        self.refreshed = 0
        self.ended = 0
        self.refuses = False
        self.lifetime = 3600
        self.address = ""

    @property
    def settings(self) -> str:
        """What `MEDMAAS_SIGN_IN` holds for it."""
        return json.dumps(
            {
                "issuer": f"{self.address}/",
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "end_session_endpoint": f"{self.address}/logout",
                "client_id": CLIENT,
                "scope": SCOPE,
            }
        )

    def authorise(self, asked: dict[str, str]) -> str:
        """Where the browser is sent, as if a person had signed in."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["scope"] == SCOPE
        assert asked["code_challenge_method"] == "S256"
        answer = {"state": asked["state"]}
        if self.refuses:
            answer["error"] = "access_denied"
        else:
            code = answer["code"] = uuid4().hex
            self.challenges[code] = asked["code_challenge"]
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def end_session(self, asked: dict[str, str]) -> str:
        """Where the browser is sent when the issuer has forgotten the person."""
        assert asked["client_id"] == CLIENT
        self.ended += 1
        return asked["post_logout_redirect_uri"]

    def give_token(self, asked: dict[str, str]) -> dict[str, Any] | None:
        """A token for a code and its verifier, or for a refresh token; else None."""
        if asked["grant_type"] == "refresh_token":
            self.refreshed += 1
        else:
            digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if self.challenges.pop(asked["code"], None) != challenge:
                return None
        self.tokens.add(token := uuid4().hex)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self.lifetime,
            "refresh_token": uuid4().hex,
        }


@contextmanager
def issuing() -> Iterator[Issuer]:
    """An issuer that listens on loopback."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            answer = issuer.end_session if address.path == "/logout" else issuer.authorise
            self.send_response(302)
            self.send_header("location", answer(asked))
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            asked = {name: values[0] for name, values in parse_qs(body).items()}
            token = issuer.give_token(asked)
            self.send_response(200 if token else 400)
            self.send_header("access-control-allow-origin", self.headers["origin"])
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(token or {"error": "invalid_grant"}).encode())

        def log_message(self, *_: object) -> None:
            """Tests print nothing of it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield issuer
    server.shutdown()
    thread.join()
    server.server_close()


class Gateway:
    """What API Gateway's authorizer does: all but the page itself needs a token of the issuer."""

    def __init__(self, app: ASGIApp, issuer: Issuer) -> None:
        self._app, self._issuer = app, issuer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, or answer 401 as API Gateway does."""
        headers = dict(scope["headers"])
        token = headers.get(b"authorization", b"").decode().removeprefix("Bearer ")
        is_open = scope["path"] == "/" or scope["path"].startswith("/page/")
        if is_open or token in self._issuer.tokens:
            await self._app(scope, receive, send)
        else:
            await JSONResponse({"message": "Unauthorized"}, 401)(scope, receive, send)
