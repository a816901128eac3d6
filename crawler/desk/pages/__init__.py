"""The pages of the desk. They work without a script: a button is a form with a token, and answers
with 303 to the page that shows what came of it."""

from crawler.desk.pages import crawls, incidents, login

ROUTERS = (crawls.router, incidents.router, login.router)
