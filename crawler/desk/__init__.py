"""The server's doors: pages, API, scrapyd's manners, health and figures. No process, no clock of
its own; `app.create_app` makes the application that `crawler.server` runs."""
