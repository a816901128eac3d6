"""How sending a message ended."""

from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """REFUSED can be tried again: it did not arrive, or its receiver knows a second one by its
    key. UNSURE cannot: it may have arrived, and a second one would be told twice."""

    TOLD = "told"
    REFUSED = "refused"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Answer:
    """`reason` is None where it was told; `wait_seconds` is what the receiver asked for."""

    fate: Fate
    reason: str | None = None
    wait_seconds: float | None = None
