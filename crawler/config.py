"""Settings, read once at the door into a typed object.

Each key stands in ``config.toml`` in the data folder or in the environment as FOLLOWUP_KEY; the
environment goes before the file. A wrong key or value is refused with file, key, value and remedy.
"""

import errno
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crawler import __version__
from crawler.clock import Clock
from pipelines.dates import parse_time, to_utc
from pipelines.errors import BadInput, ContactMissing, HomeNotWritable
from pipelines.polling import READ_AGAIN, Ladder, read_ladder

_PREFIX = "FOLLOWUP_"
_SQLITE = "sqlite:///"
#: Settings whose value is never repeated: what is wrong with it may be a slip in a password.
_SECRET = frozenset({"token", "database_url"})


@dataclass(frozen=True, slots=True)
class Config:
    """All that can be set. Sizes are bytes, times seconds unless the name says otherwise.

    Attributes:
        home: the data folder: database, raw pages, logs, config.toml.
        database_url: where the store is; SQLite in the data folder when not set. A path of
            SQLite's is absolute here; written without a leading slash it counts from `home`.
        contact: mail address or URL in the user agent; needed before the first live crawl.
        allow_private: "host:port" that the guard lets through though private, for local sites.
        now, speed: the product's clock, see `crawler.clock`.
        min_gap_seconds: least time between two requests to one host.
        request_seconds: a request is given up after this long.
        max_page_bytes: a page or feed over this size, unpacked, is not read.
        hosts_at_once: how many hosts are asked at the same time, one request to each.
        reread: up to which age a stored follow-up is read again how often, `polling.read_ladder`;
            () is never, but for a crawl by hand.
        keep_unused_days: how long the text of pages that no incident took is kept.
        links_per_poll: how many links are taken of one poll of a source, newest first.
        crawls_at_once: how many crawls the schedule has running at the same time.
        hang_seconds: a crawl that gives no sign of life for so long is ended.
        timezone: IANA name, for schedules that name none.
        token: what a client of the server shows as bearer token or password; needed where the
            server listens on more than loopback.
        proxy_user_header: the header in which a proxy in front of the server names who is logged
            in there; believed only of `proxies`.
        proxies: addresses or networks of such proxies.
        metrics_public: whether /metrics is served on an address that is not loopback.
        log_format: of the server's own log, "text" (key=value) or "json".
        keep_raw_days, keep_raw_megabytes: raw pages over this age or size go, the oldest first;
            None keeps them.
        keep_log_days, keep_log_megabytes: the same for the logs of crawls.
        min_free_megabytes: with less space on its disk the server is not healthy.
    """

    home: Path
    database_url: str
    contact: str | None = None
    allow_private: tuple[str, ...] = ()
    now: datetime | None = None
    speed: float = 1.0
    min_gap_seconds: float = 1.0
    request_seconds: float = 30.0
    max_page_bytes: int = 10_000_000
    hosts_at_once: int = 32
    reread: Ladder = READ_AGAIN
    keep_unused_days: int = 30
    links_per_poll: int = 500
    crawls_at_once: int = 3
    hang_seconds: float = 60.0
    timezone: str = "UTC"
    token: str | None = None
    proxy_user_header: str | None = None
    proxies: tuple[str, ...] = ()
    metrics_public: bool = False
    log_format: str = "text"
    keep_raw_days: int | None = None
    keep_raw_megabytes: int | None = None
    keep_log_days: int = 90
    keep_log_megabytes: int = 1000
    min_free_megabytes: int = 200

    @property
    def user_agent(self) -> str:
        """``Followup/VERSION (+CONTACT)``."""
        if self.contact is None:
            return f"Followup/{__version__}"
        return f"Followup/{__version__} (+{self.contact})"

    @property
    def database_path(self) -> Path | None:
        """The file of a SQLite store; None for PostgreSQL."""
        path = self.database_url.removeprefix(_SQLITE)
        return None if path == self.database_url else Path(path)

    @property
    def raw_folder(self) -> Path:
        """Where the raw pages lie, as WARC files."""
        return self.home / "raw"

    @property
    def log_folder(self) -> Path:
        """Where each crawl has its log."""
        return self.home / "logs"

    def clock(self) -> Clock:
        """A clock that starts now."""
        return Clock(self.now, self.speed)

    def require_contact(self) -> None:
        """Raise ContactMissing unless the sites that are asked can tell whom to write to."""
        if self.contact is None:
            raise ContactMissing(
                "No contact is set, and sites want to know whom to write to.",
                remedy="Set FOLLOWUP_CONTACT to a mail address or a web page of yours.",
            )

    def make_home(self) -> None:
        """Make the data folder, for this user's eyes alone, or raise HomeNotWritable."""
        folder = self.home
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in (self.home, self.raw_folder, self.log_folder):
                folder.mkdir(exist_ok=True)
                if not os.access(folder, os.W_OK | os.X_OK):
                    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        except OSError as error:
            raise HomeNotWritable(
                f"The data folder {folder} cannot be written ({error.strerror}).",
                remedy="Set FOLLOWUP_HOME to a folder that is yours.",
            ) from error


def read_config(environment: Mapping[str, str] | None = None) -> Config:
    """The settings of this process. Raises BadInput for a wrong key or value."""
    environment = os.environ if environment is None else environment
    home = _home(environment)
    values: dict[str, Any] = {}
    path = home / "config.toml"
    for key, raw in _file(path).items():
        values[key] = _value(key, raw, f"{path}: key {key}")
    for field in fields(Config):
        name = _PREFIX + field.name.upper()
        if field.name != "home" and environment.get(name, "") != "":
            values[field.name] = _value(field.name, environment[name], name)
    url = values.get("database_url", f"{_SQLITE}followup.db")
    values["database_url"] = _from(home, url)
    return Config(home=home, **values)


def _from(home: Path, url: str) -> str:
    """The address with an absolute path: crawls run in another folder than who starts them."""
    path = url.removeprefix(_SQLITE)
    return url if path == url else f"{_SQLITE}{home / os.path.expanduser(path)}"


def _home(environment: Mapping[str, str]) -> Path:
    data = environment.get("XDG_DATA_HOME") or "~/.local/share"
    given = environment.get("FOLLOWUP_HOME") or f"{data}/followup"
    home = Path(given).expanduser().absolute()
    if "?" in str(home):  # an address of SQLite's would end there
        raise BadInput(
            f"The data folder {home} has a question mark in its path.",
            remedy="Set FOLLOWUP_HOME to a folder without one.",
        )
    return home


def _file(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read ({error.strerror}).",
            remedy="Let yourself read it, or set FOLLOWUP_HOME to a folder that is yours.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{path} is not valid TOML: {error}.",
            remedy='Write key = value, texts in double quotes, e.g. contact = "me@example.org".',
        ) from error
    known = {field.name for field in fields(Config)} - {"home"}
    for key in content:
        if key not in known:
            raise BadInput(
                f"{path}: there is no setting {key!r}.",
                remedy=f"The settings are {', '.join(sorted(known))}.",
            )
    return content


def _value(key: str, raw: Any, where: str) -> Any:
    """A value of the field's type from TOML or from the environment's characters."""
    try:
        return _READERS.get(key, _text)(raw)
    except (ValueError, TypeError, AttributeError) as error:
        remedy = f"Give {_WANTED.get(key, 'text')}."
        if key in _SECRET:
            raise BadInput(f"{where} cannot be used ({error}).", remedy=remedy) from None
        raise BadInput(f"{where}: {raw!r} cannot be used ({error}).", remedy=remedy) from error


def _text(raw: Any) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("not text")
    return raw.strip()


def _database(raw: Any) -> str:
    url = _text(raw)
    kind, is_url, _ = url.partition("://")
    if is_url and kind.partition("+")[0] in ("postgresql", "postgres"):
        return url
    if not url.startswith(_SQLITE):
        raise ValueError("no address of a database that can be used")
    if (path := url.removeprefix(_SQLITE)) in ("", ":memory:"):
        raise ValueError("it names no file")
    if "?" in path or "\0" in path:
        raise ValueError("options, or a question mark in the path, are not taken")
    return url


def _list(raw: Any) -> tuple[str, ...]:
    parts = raw.split(",") if isinstance(raw, str) else list(raw)
    return tuple(part.strip() for part in parts if part.strip())


def _moment(raw: Any) -> datetime:
    when = raw if isinstance(raw, datetime) else parse_time(str(raw))
    if when is None:
        raise ValueError("not a time")
    return to_utc(when)


def _header(raw: Any) -> str:
    name = _text(raw)
    if not name.replace("-", "").isalnum() or not name.isascii():
        raise ValueError("not a header's name")
    return name


def _networks(raw: Any) -> tuple[str, ...]:
    return tuple(str(ip_network(one, strict=False)) for one in _list(raw))


def _positive(raw: Any) -> float:
    number = float(raw)
    if not 0 < number < 1e9:
        raise ValueError("not above 0")
    return number


def _gap(raw: Any) -> float:
    number = float(raw)
    if not 0 <= number <= 3600:
        raise ValueError("not between 0 and 3600")
    return number


def _count(raw: Any) -> int:
    number = int(raw)
    if not 0 < number < 1 << 40:
        raise ValueError("not above 0")
    return number


def _ladder(raw: Any) -> Ladder:
    return read_ladder(_text(raw))


def _zone(raw: Any) -> str:
    name = _text(raw)
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError("not a time zone") from error
    return name


def _truth(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if (word := str(raw).strip().lower()) not in known:
        raise ValueError("neither true nor false")
    return known[word]


def _log_format(raw: Any) -> str:
    if raw not in ("text", "json"):
        raise ValueError("neither text nor json")
    return str(raw)


_READERS = {
    "database_url": _database,
    "allow_private": _list,
    "now": _moment,
    "speed": _positive,
    "min_gap_seconds": _gap,
    "request_seconds": _positive,
    "max_page_bytes": _count,
    "hosts_at_once": _count,
    "reread": _ladder,
    "keep_unused_days": _count,
    "links_per_poll": _count,
    "crawls_at_once": _count,
    "hang_seconds": _positive,
    "timezone": _zone,
    "proxy_user_header": _header,
    "proxies": _networks,
    "metrics_public": _truth,
    "log_format": _log_format,
    "keep_raw_days": _count,
    "keep_raw_megabytes": _count,
    "keep_log_days": _count,
    "keep_log_megabytes": _count,
    "min_free_megabytes": _count,
}
_WANTED = {
    "database_url": "sqlite:///PATH or postgresql://USER@HOST/NAME",
    "allow_private": "host:port, several parted by commas",
    "now": "an ISO time such as 2014-12-20T12:00Z",
    "speed": "a number above 0",
    "min_gap_seconds": "seconds from 0 to 3600",
    "request_seconds": "seconds above 0",
    "max_page_bytes": "a whole number of bytes above 0",
    "hosts_at_once": "a whole number above 0",
    "reread": 'AGE:WAIT steps such as "3h:15m 1d:1h 7d:3h 30d:1d" (m, h, d; ages rise), or off',
    "keep_unused_days": "a whole number of days above 0",
    "links_per_poll": "a whole number above 0",
    "crawls_at_once": "a whole number above 0",
    "hang_seconds": "seconds above 0",
    "timezone": "a name such as Europe/Berlin or Asia/Seoul",
    "proxy_user_header": "a header's name such as Remote-User",
    "proxies": "addresses or networks such as 127.0.0.1, 10.0.0.0/8, parted by commas",
    "metrics_public": "true or false",
    "log_format": "text or json",
    "keep_raw_days": "a whole number of days above 0",
    "keep_raw_megabytes": "a whole number above 0",
    "keep_log_days": "a whole number of days above 0",
    "keep_log_megabytes": "a whole number above 0",
    "min_free_megabytes": "a whole number above 0",
}
