"""The one tree of errors. What the user can mend says how.

FollowupError
├── UnknownThing        an incident, source, article or crawl that is not there
├── BadInput            a value, a file or a key that cannot be used
│   └── SeedWithoutText a seed from which no text came
├── StoreError          the database cannot be opened, read or written
│   └── StoreTooNew     the database was made by a newer version
├── HomeNotWritable     the data folder cannot be written
└── ContactMissing      a live crawl was asked for without a contact
"""


class FollowupError(Exception):
    """Any error that a person is to read. `remedy` says how it can be mended."""

    def __init__(self, message: str, *, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}" if self.remedy else self.message


class UnknownThing(FollowupError):
    """`kind` and `name` of a thing that the store does not hold."""

    def __init__(self, kind: str, name: object, *, remedy: str | None = None) -> None:
        super().__init__(f"There is no {kind} {str(name)!r}.", remedy=remedy)
        self.kind = kind
        self.name = name


class BadInput(FollowupError):
    """Input that cannot be used as it is."""


class SeedWithoutText(BadInput):
    """A seed that gave no text to derive a profile from."""


class StoreError(FollowupError):
    """The database cannot be opened, read or written."""


class StoreTooNew(StoreError):
    """The database was made by a newer version of Followup."""


class HomeNotWritable(FollowupError):
    """The data folder cannot be made or written."""


class ContactMissing(FollowupError):
    """A live crawl was asked for, and no contact is set for the user agent."""
