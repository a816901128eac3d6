"""What a crawl is asked to do, as it stands in the crawl's row."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.errors import BadInput
from pipelines.urls import absolute


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a crawl is for.

    Attributes:
        incident: slug; only the sources that it follows, and its own follow-ups again.
        sources: ids; only these are polled.
        urls: addresses to look at, known or not, whatever robots.txt does not refuse.
        everything: also the sources that no open incident follows.
        due: what is due by the schedule: the sources that stand on the crawl's list already, links
            that are to be tried again, follow-ups that are to be read again.
        probe: addresses of which it is to be found out what they are; nothing is stored.
    """

    incident: str | None = None
    sources: tuple[int, ...] = ()
    urls: tuple[str, ...] = ()
    everything: bool = False
    due: bool = False
    probe: tuple[str, ...] = ()

    @property
    def spider(self) -> str:
        """Name of the spider that does it."""
        return "probe" if self.probe else "follow"

    @property
    def is_narrow(self) -> bool:
        """True where only named sources or addresses are wanted."""
        return bool(self.sources or self.urls)

    def record(self) -> dict[str, Any]:
        """As JSON, without what is not asked for."""
        return {key: value for key, value in asdict(self).items() if value}


def wanted_of(record: Mapping[str, Any]) -> Wanted:
    """What was written down by `Wanted.record`."""
    return Wanted(
        incident=record.get("incident"),
        sources=tuple(record.get("sources", ())),
        urls=tuple(record.get("urls", ())),
        everything=bool(record.get("everything", False)),
        due=bool(record.get("due", False)),
        probe=tuple(record.get("probe", ())),
    )


def typed_address(raw: str) -> str:
    """An address as a person types it, made whole: without a scheme it is https.

    Raises BadInput where it is none of the web.
    """
    raw = raw.strip()
    url = absolute("", raw if "://" in raw else f"https://{raw}")
    if url is None:
        raise BadInput(
            f"{raw[:200]!r} is no address on the web.",
            remedy="Give one as in a browser, e.g. https://www.example.org/news/",
        )
    return url
