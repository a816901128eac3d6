"""The only place that knows SQL: schema, migrations, and one module for each thing that is kept.

`open_database` gives a `Database`; its `write()` and `read()` give a connection within one
transaction; every function of the rooms takes that connection first. Callers decide what belongs
into one transaction. Times are aware UTC in and out, on SQLite and PostgreSQL alike.
"""

from sqlalchemy import Connection

from pipelines.store.database import Database, open_database

__all__ = ["Connection", "Database", "open_database"]
