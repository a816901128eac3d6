"""The application behind the server's port: its doors, and what each says when something fails.

Handlers are plain functions, run in threads: parse, one service, render. None of them starts a
process; a door that wants a crawl writes the row and wakes the server.
"""

import logging
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from crawler import __version__
from crawler.desk import api, health, metrics, pages, problems, rendering, scrapyd
from crawler.desk.afterthoughts import Afterthoughts
from crawler.desk.gate import SECURITY_HEADERS, Gate
from crawler.desk.problems import Problem
from crawler.desk.pulse import Pulse
from crawler.desk.room import Room
from crawler.home import Home
from crawler.services import review
from crawler.services.health import Checkup
from pipelines.errors import FollowupError, StoreError

_log = logging.getLogger(__name__)

_STATIC = Path(__file__).parent / "static"


def create_app(home: Home, pulse: Pulse) -> FastAPI:
    """The doors of one open home. `pulse` is the beat of the server that they belong to."""
    app = FastAPI(
        title="Followup",
        version=__version__,
        description="All that the review desk of one Followup does.",
        openapi_url=f"{api.PREFIX}/openapi.json",
        docs_url=None,  # these pages would load scripts of another site
        redoc_url=None,
        redirect_slashes=False,
    )
    checkup = Checkup(home, pulse.problem)
    afterthoughts = Afterthoughts(lambda slug: review.effect(home, slug))
    app.state.room = Room(home, pulse, checkup, metrics.registry(home, pulse), afterthoughts)
    for room in (scrapyd, health, metrics):
        app.include_router(room.router)
    for router in (*api.ROUTERS, *pages.ROUTERS):
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5)
    app.add_middleware(Gate, home=home)
    app.add_exception_handler(FollowupError, _refused)
    app.add_exception_handler(RequestValidationError, _misread)
    app.add_exception_handler(HTTPException, _not_found)
    app.add_exception_handler(Exception, _broken)
    return app


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, FollowupError)
    if isinstance(error, StoreError):
        _log.warning("store failed path=%s reason=%r", request.url.path, str(error))
    if _is_scrapyd(request):
        return scrapyd.failure(error)
    return _rendered(request, problems.of_error(error))


def _misread(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if isinstance(error.body, bytes):  # as it came: FastAPI reads only what is called JSON
        return _rendered(request, problems.NOT_JSON)
    return _rendered(request, problems.of_fields(list(error.errors()), _fields(request)))


def _not_found(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = _rendered(request, problems.of_status(error.status_code, request.url.path))
    answer.headers.update(error.headers or {})
    return answer


def _broken(request: Request, error: Exception) -> Response:
    answer = _rendered(request, problems.of_failure())
    # The gate lies inside of what answers here, and the server closes the connection after this.
    answer.headers.update({**SECURITY_HEADERS, "Connection": "close"})
    return answer


def _rendered(request: Request, problem: Problem) -> Response:
    """A page for who looks at pages, else problem details."""
    accepts = request.headers.get("accept", "")
    if "text/html" in accepts and not request.url.path.startswith(api.PREFIX):
        return rendering.problem_page(request, problem)
    return problem.response()


def _is_scrapyd(request: Request) -> bool:
    return request.url.path in {
        route.path for route in scrapyd.router.routes if isinstance(route, APIRoute)
    }


def _fields(request: Request) -> tuple[str, ...]:
    """The fields that the door which was asked knows."""
    route = request.scope.get("route")
    if not isinstance(route, APIRoute):
        return ()
    models = [*route.dependant.body_params, *route.dependant.query_params]
    names: list[str] = []
    for model in models:
        names += getattr(model.field_info.annotation, "model_fields", {})
    return tuple(names)
