"""The server's own log on standard error: one line an event, as key=value or as JSON.

Messages are written as ``launched crawl=12 pid=345``: words first, then fields. What is secret
(token, password of the database) is masked wherever it turns up.
"""

import json
import logging
import re
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

from crawler.config import Config

#: A field of a message: bare, or quoted as repr() quotes.
_FIELD = re.compile(r"""(?:^|(?<=\s))([a-z_]+)=('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|\S*)""")
_MASK = "***"
#: Shorter ones would mask half the log.
_LEAST_SECRET = 4


def set_up(config: Config) -> None:
    """Log to standard error from now on, Uvicorn's and APScheduler's lines too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(config.log_format, _secrets(config)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in ("httpx", "httpcore", "apprise", "alembic", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _secrets(config: Config) -> tuple[str, ...]:
    try:
        password = urlsplit(config.database_url).password
    except ValueError:
        password = None
    found = (config.token, password)
    return tuple(secret for secret in found if secret and len(secret) >= _LEAST_SECRET)


class Lines(logging.Formatter):
    """A record as one line of `style` "text" or "json"."""

    def __init__(self, style: str, secrets: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._is_json, self._secrets = style == "json", secrets

    def format(self, record: logging.LogRecord) -> str:
        """Time in UTC, level, logger, words, fields, and a traceback where there is one."""
        words, fields = _parted(self._masked(record.getMessage()))
        line = {
            "time": f"{self.formatTime(record)}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "msg": words,
        }
        line |= {f"{name}_" if name in line else name: value for name, value in fields}
        if record.exc_info:
            line["traceback"] = self._masked(self.formatException(record.exc_info))
        if self._is_json:
            return json.dumps(line, ensure_ascii=False)
        return " ".join(f"{name}={_quoted(value)}" for name, value in line.items())

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """UTC to the second."""
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))

    def _masked(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, _MASK)
        return text


def _parted(message: str) -> tuple[str, list[tuple[str, str]]]:
    """The words of a message and its fields; what lies between fields belongs to the words."""
    fields = list(_fields(message))
    words = " ".join(_FIELD.sub("", message).split()) if fields else message
    return words, fields


def _fields(message: str) -> Iterator[tuple[str, str]]:
    for match in _FIELD.finditer(message):
        name, value = match.groups()
        if len(value) > 1 and value[0] in "'\"" and value[-1] == value[0]:
            value = value[1:-1].replace("\\" + value[0], value[0])
        yield name, value


def _quoted(value: str) -> str:
    """A value on one line: in quotes, escaped, where it is more than a word."""
    plain = value and value.isprintable() and not set(value) & set(" \"'=\\")
    return value if plain else json.dumps(value, ensure_ascii=False)
