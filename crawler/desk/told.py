"""What was done, as an address can carry it to the page that says so: counted, never free text."""

import re
from dataclasses import dataclass

_DONE = re.compile(r"(keep|dismiss|star|clear|label|note|undo)\.(\d{1,5})\.([0-9a-f]{32})")
_WORDS = {
    "keep": "Kept",
    "dismiss": "Dismissed",
    "star": "Starred",
    "clear": "Taken back",
    "label": "Labelled",
    "note": "Noted",
    "undo": "Undone",
}
#: How a review state reads.
STATES = {"keep": "kept", "dismiss": "dismissed", "star": "starred", None: ""}


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done to so many articles; `batch` undoes it."""

    what: str
    count: int
    batch: str

    @property
    def said(self) -> str:
        """As a sentence."""
        noun = "article" if self.count == 1 else "articles"
        return f"{_WORDS[self.what]}: {self.count:,} {noun}."

    @property
    def code(self) -> str:
        """As an address carries it."""
        return f"{self.what}.{self.count}.{self.batch}"


def read_done(code: str | None) -> Done | None:
    """What an address carries; None where it carries nothing that can be read."""
    found = _DONE.fullmatch(code or "")
    if found is None or found[1] not in _WORDS:
        return None
    return Done(found[1], int(found[2]), found[3])
