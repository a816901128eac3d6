"""The page of an article as it was fetched, where it is kept."""

from crawler.home import Home
from pipelines.errors import FollowupError
from pipelines.store import articles, pages


def latest(home: Home, id: int) -> tuple[bytes, str | None]:
    """The body that was fetched last, and its content type as the server sent it.

    Raises UnknownThing, FollowupError where no page is kept, StoreError where it cannot be read.
    """
    with home.database.read() as conn:
        articles.get(conn, id)
        kept = pages.of_article(conn, id)
        body = pages.read(conn, home.config.raw_folder, id) if kept else None
    if not kept or body is None:
        raise FollowupError(
            f"The page of article {id} is not kept.",
            remedy="Raw pages are kept of follow-ups whose site does not forbid it.",
        )
    return body, kept[-1].content_type
