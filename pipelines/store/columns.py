"""The column types of the store, the same to the caller on SQLite and on PostgreSQL.

Text passes one door here: neither database can hold a lone surrogate, PostgreSQL refuses NUL, and
both come in from pages. They are taken out, never an error.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer
from sqlalchemy import Text as PlainText
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
#: An escaped NUL in JSON; an escaped backslash is passed over, so that "\\u0000" stays six signs.
_JSON_NUL = re.compile(r"(\\\\)|\\u0000")

#: Ids are 64 bits on PostgreSQL; SQLite needs the very word INTEGER for a row id.
Id = BigInteger().with_variant(Integer(), "sqlite")


def storable(text: str) -> str:
    """The text without NUL and lone surrogates."""
    return _UNSTORABLE.sub("", text)


class Text(TypeDecorator[str]):
    """Text of any length, made storable on the way in."""

    impl = PlainText
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(str(value))


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC time to the microsecond. SQLite keeps microseconds since 1970.

    A naive time is refused with ValueError: it is a mistake of the caller's.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        utc = value.astimezone(UTC)
        return (utc - _EPOCH) // _MICROSECOND if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return _EPOCH + int(value) * _MICROSECOND


class Json(TypeDecorator[Any]):
    """Lists and objects as JSON text, made storable on the way in. None is SQL null."""

    impl = PlainText
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        dumped = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return storable(_JSON_NUL.sub(lambda match: match.group(1) or "", dumped))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)
