"""The pages of the desk. They work without a script: a button is a form with a token, and answers
with 303 to the page that shows what came of it."""

from crawler.desk.pages import (
    articles,
    crawls,
    days,
    deciding,
    dossier,
    events,
    feeds,
    incidents,
    ledger,
    login,
    profile,
    settings,
    sources,
)

ROUTERS = (
    profile.router,  # /incidents/new goes before /incidents/SLUG
    articles.router,
    crawls.router,
    days.router,
    deciding.router,
    dossier.router,
    events.router,
    feeds.router,
    incidents.router,
    ledger.router,
    login.router,
    settings.router,
    sources.router,
)
