"""Migrations of the store, appended and never changed once released.

A test holds `REVISIONS` to what lies in `versions`; opening a database that stands at its last one
then costs one query and no import of Alembic.
"""

#: Oldest first.
REVISIONS = (
    *("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010"),
    *("0011", "0012", "0013"),
)
