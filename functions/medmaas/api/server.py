"""The HTTPS door on this machine: plain HTTP, on loopback unless told otherwise."""

import json
import os
import shlex
import signal
import socket
from collections.abc import Iterator
from errno import EADDRINUSE
from ipaddress import ip_address
from threading import Thread
from time import sleep

import uvicorn

from medmaas.api.app import create_app
from medmaas.api.tokens import make_verifier
from medmaas.errors import ModelUnavailableError, ServerError
from medmaas.model.registry import Registry
from medmaas.words import ENGLISH

_LONGEST = 20_000  # characters of a request that is shown
_GRACE = 3.0  # seconds that those who were already asked may take, once the process is to end


def run(registry: Registry, host: str, port: int) -> None:
    """Serve until interrupted, after printing the address, the models and one request.

    Tokens are asked for by CDS Hooks' services only where another machine can call.

    Raises:
        ServerError: the address cannot be had.
        SettingError: the issuers of tokens, or where people sign in, cannot be read.
    """
    verifier = None if _is_loopback(host) else make_verifier()
    app = create_app(registry, verifier)
    listener = _listen(host, port)
    address = f"http://{f'[{host}]' if ':' in host else host}:{listener.getsockname()[1]}"
    print(f"medmaas answers at {address} (open it in a browser). Stop with Ctrl-C.\n")
    for line in _describe(registry, address):
        print(line)
    print(flush=True)
    # uvicorn's own access log would hold paths and query strings
    config = uvicorn.Config(
        app,
        access_log=False,
        server_header=False,
        log_level="warning",
        lifespan="off",
    )
    _end_in_time()
    uvicorn.Server(config).run(sockets=[listener])


def _end_in_time() -> None:
    """End the process soon after SIGINT or SIGTERM, also while a graph computes.

    Until it returns, Python runs no handler of a signal, and threads that compute keep a process
    alive; but the number of a signal is written here at once.
    """
    ended, told = socket.socketpair()
    told.settimeout(0)  # or Python does not take it
    signal.set_wakeup_fd(told.detach())

    def wait() -> None:
        number = ended.recv(1)[0]
        sleep(_GRACE)
        os._exit(128 + number)  # as shells tell of a process that a signal ended

    Thread(target=wait, daemon=True).start()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # TCP by name, or asyncio leaves Nagle's delay on and a kept connection waits 40 ms
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == EADDRINUSE:
            raise ServerError("port_taken", port=port) from error
        raise ServerError("cannot_listen", cause=error.strerror) from error
    return listener


def _describe(registry: Registry, address: str) -> Iterator[str]:
    """The models, those that cannot answer, and one request to paste."""
    models = list(registry.newest())
    widest = max((len(model.manifest.id) for model in models), default=0)
    for model in models:
        yield f"  {model.manifest.id:{widest}}  {model.manifest.title}"
    for _, _, listed in registry.list():
        if isinstance(listed, ModelUnavailableError):
            yield f"warning: {ENGLISH.say(listed.fact)}"
    if models:
        # named values explain themselves; among such requests the shortest
        model = min(models, key=lambda one: (len(one.example) == 1, len(json.dumps(one.example))))
        body = shlex.quote(json.dumps({"instances": [model.example]}))
        url = f"{address}/models/{model.manifest.id}/predict"
        yield f"\nTo ask from a program (all requests: {address}/docs):"
        if len(body) <= _LONGEST:  # a recording would fill the terminal
            yield f"  curl {url} -H 'content-type: application/json' -d {body}"
