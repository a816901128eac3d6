"""What people keep at the desk: labels, saved searches, when they last looked, tokens, sessions."""

from sqlalchemy import Column, ForeignKey, Integer, Table, UniqueConstraint

from pipelines.store.columns import Id, Json, Text, UtcTime
from pipelines.store.schema.base import metadata

label = Table(  # those that are on; `review` says who put them there
    "label",
    metadata,
    Column("incident_id", Id, ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column(
        "article_id", Id, ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
)

saved_search = Table(
    "saved_search",
    metadata,
    Column("id", Id, primary_key=True),
    Column("incident_id", Id, ForeignKey("incident.id", ondelete="CASCADE")),  # null: of all
    Column("name", Text, nullable=False),  # the person
    Column("query", Text, nullable=False),  # the person, in the words of the search field
    Column("filters", Json, nullable=False),  # facet -> values that were chosen
    Column("created_by", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("incident_id", "name"),
    sqlite_autoincrement=True,
)

looked = Table(  # up to when somebody knows an incident
    "looked",
    metadata,
    Column("incident_id", Id, ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True),
    Column("person", Text, primary_key=True),
    Column("at", UtcTime, nullable=False),
)

token = Table(  # keys to the API and to feeds; the key itself is shown once and never stored
    "token",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),  # the person: what it is for
    Column("sha256", Text, nullable=False, unique=True),  # of the key
    Column("scopes", Json, nullable=False),  # what may be done with it
    Column("created_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),  # to the hour; null: never
    Column("revoked_at", UtcTime),  # null: it holds
    sqlite_autoincrement=True,
)

session = Table(  # who is logged in; times are REAL
    "session",
    metadata,
    Column("sha256", Text, primary_key=True),  # of the cookie's value
    Column("person", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    quote=True,
)

identity = Table(  # one row: who this store is, for ids of what leaves it
    "identity",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1
    Column("uuid", Text, nullable=False),  # made when it is first asked for, and never again
)
