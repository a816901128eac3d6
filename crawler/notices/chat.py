"""Sending through Apprise: mail, chats, phones. Apprise is an extra; it is loaded when needed."""

import logging
import threading
from typing import Any

from crawler.notices.answers import Answer, Fate
from crawler.notices.wording import Message
from pipelines.errors import FollowupError

_LOGGER = "apprise"
#: A chat's own limit of a message may be higher; nobody reads more.
_MOST_BODY = 20_000
#: Some services have no title: it goes before the body, with a line break.
_TITLE_ROOM = 40


class _Heard(logging.Handler):
    """Keeps what Apprise says in one thread: why it failed stands nowhere else."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._thread = threading.get_ident()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread and len(self.said) < 5:
            self.said.append(record.getMessage()[:300])


def is_known(address: str) -> bool:
    """True for an address that Apprise can send to. Raises FollowupError where it is missing."""
    apprise = _apprise()
    return apprise.Apprise.instantiate(address, suppress_exceptions=True) is not None


def send(address: str, message: Message) -> Answer:
    """Tells a chat or mailbox; the reason of a failure may hold parts of the address."""
    try:
        apprise = _apprise()
    except FollowupError as error:
        return Answer(Fate.REFUSED, str(error))
    logger = logging.getLogger(_LOGGER)
    heard = _Heard()
    logger.addHandler(heard)
    try:
        plugin = apprise.Apprise.instantiate(address, asset=_asset(apprise))
        if plugin is None:
            return Answer(Fate.REFUSED, "Apprise does not know that address")
        room = min(plugin.body_maxlen, _MOST_BODY) - len(message.title) - _TITLE_ROOM
        is_told = plugin.notify(
            title=message.title,
            body=message.text(room),
            body_format=apprise.NotifyFormat.TEXT,
        )
    except Exception as error:  # noqa: BLE001  the edge: a plugin raises whatever it stumbles on
        return Answer(Fate.REFUSED, f"{type(error).__name__}: {error}")
    finally:
        logger.removeHandler(heard)
    if is_told:
        return Answer(Fate.TOLD)
    return Answer(Fate.REFUSED, "; ".join(heard.said) or "Apprise could not deliver it")


def _asset(apprise: Any) -> Any:
    return apprise.AppriseAsset(
        app_id="Followup",
        app_desc="Followup",
        app_url="",
        async_mode=False,
        interpret_emojis=False,
        interpret_escapes=False,
        secure_logging=True,
    )


def _apprise() -> Any:
    try:
        import apprise
    except ModuleNotFoundError as error:
        raise FollowupError(
            "Apprise is not installed; without it only https webhooks can be told.",
            remedy="Install it with: pip install 'followup[notices]'.",
        ) from error
    # What it logs holds addresses; `_Heard` keeps what matters, masked by the caller.
    logging.getLogger(_LOGGER).propagate = False
    logging.getLogger("urllib3").setLevel(logging.WARNING)
    return apprise
