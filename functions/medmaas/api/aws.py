"""What the API asks of AWS: used tokens and feedback in DynamoDB, issuers in Parameter Store."""

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from medmaas.errors import StorageError
from medmaas.facts import Fact

_CONFIG = Config(connect_timeout=2, read_timeout=2, retries={"total_max_attempts": 3})
_TAKEN = "ConditionalCheckFailedException"
_LATER = Fact("storage_silent")


def read_parameter(name: str) -> str:
    """The value of a parameter.

    Raises:
        StorageError: Parameter Store does not answer.
    """
    try:
        found = boto3.client("ssm", config=_CONFIG).get_parameter(Name=name)
    except (BotoCoreError, ClientError):
        raise StorageError(_LATER) from None
    value: str = found["Parameter"]["Value"]
    return value


class _Table:
    """One table, whose items have an `id` and the second `expires`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._client = boto3.client("dynamodb", config=_CONFIG)

    def put(self, item: Mapping[str, Any], condition: Mapping[str, Any]) -> bool:
        """Put an item; False if the condition does not hold.

        Raises:
            StorageError: the table does not answer.
        """
        try:
            self._client.put_item(TableName=self._name, Item=_write(item), **condition)
        except ClientError as error:
            if error.response["Error"]["Code"] == _TAKEN:
                return False
            raise StorageError(_LATER) from None
        except BotoCoreError:
            raise StorageError(_LATER) from None
        return True


class SeenTable(_Table):
    """Tokens that any process of this service saw."""

    def remember(self, identity: str, expires: int, now: int) -> bool:
        """Whether this is the first time; DynamoDB deletes what expired within days."""
        unless = {
            "ConditionExpression": "attribute_not_exists(id) OR expires < :now",
            "ExpressionAttributeValues": {":now": {"N": str(now)}},
        }
        return self.put({"id": identity, "expires": expires}, unless)


class FeedbackTable(_Table):
    """Feedback on cards, without free text."""

    def __init__(self, name: str, days: int) -> None:
        super().__init__(name)
        self._seconds = days * 86_400

    def keep(self, item: Mapping[str, Any], now: int) -> None:
        """Keep one item, once however often it comes."""
        key = f"{item['card']}#{item['at']}"
        self.put(dict(item) | {"id": key, "expires": now + self._seconds}, {})


def _write(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _write_value(value) for name, value in item.items()}


def _write_value(value: object) -> dict[str, Any]:
    match value:
        case int():
            return {"N": str(value)}
        case list() | tuple():
            return {"L": [_write_value(one) for one in value]}
        case _:
            return {"S": str(value)}
