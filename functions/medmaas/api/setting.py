"""A setting that may change while the service runs: in Parameter Store, else in the environment."""

from collections.abc import Callable
from typing import Generic, TypeVar

from medmaas.errors import SettingError, StorageError
from medmaas.facts import Fact

_FRESH_SECONDS = 300
T = TypeVar("T")


class Setting(Generic[T]):
    """What a text says, read again every five minutes.

    Args:
        read: gives the text.
        parse: understands it, or raises SettingError.
        unreadable: what callers are told where it cannot be understood.
    """

    def __init__(
        self, read: Callable[[], str], parse: Callable[[str], T], unreadable: Fact
    ) -> None:
        self._read, self._parse, self._unreadable = read, parse, unreadable
        self._kept: tuple[T, float] | None = None

    def find(self, now: float) -> T:
        """What it says.

        Args:
            now: in seconds since 1970.

        Raises:
            StorageError: it cannot be read or understood.
        """
        if self._kept is None or now >= self._kept[1]:
            try:
                self._kept = self._parse(self._read()), now + _FRESH_SECONDS
            except SettingError:
                raise StorageError(self._unreadable) from None
        return self._kept[0]


def make_setting(
    parameter: str | None,
    environment: Callable[[], str],
    parse: Callable[[str], T],
    unreadable: Fact,
) -> Setting[T]:
    """The setting in Parameter Store if a parameter is named, else that in the environment.

    Raises:
        SettingError: it is in the environment, and cannot be understood.
    """
    if parameter is None:
        parse(environment())
        return Setting(environment, parse, unreadable)
    return Setting(lambda: _read_parameter(parameter), parse, unreadable)


def _read_parameter(name: str) -> str:
    from medmaas.api.aws import read_parameter  # noqa: PLC0415 - boto3 takes long to load

    return read_parameter(name)
