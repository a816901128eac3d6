"""The schedule's clockwork: APScheduler beside the server, three jobs and no memory of its own.

The tick looks after the crawls and claims what is due; all that it knows is in the store, so a
server that is killed loses nothing. The jobs run in daemon threads: a store that is locked for half
a minute holds no ending server up.
"""

import logging
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR
from apscheduler.executors.base import BaseExecutor, run_job
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from crawler.home import Home
from crawler.notices import tell_due
from crawler.schedule.claiming import Claimer, Superseded
from crawler.services.upkeep import look_after
from crawler.supervisor import Ended, Supervisor
from pipelines.errors import FollowupError, StoreError
from pipelines.store import Connection, crawls, servers
from pipelines.store.crawls import CrawlState, Trigger

_log = logging.getLogger(__name__)

TICK_SECONDS, TELL_SECONDS = 1.0, 5.0
#: How often the server writes down that it lives (REAL); far below `servers.SILENT_AFTER`.
BEAT_SECONDS = 5.0
#: A schedule that has not ticked for so long is not well, though nothing was reported.
SILENT_SECONDS = 45.0
#: How often it is seen to that the next tick is near, and how far ahead it never is.
WATCH_SECONDS, SET_BACK_SECONDS = 1.0, 3.0
#: When the house is put in order: at this hour of the configured time zone, and once when a server
#: has been up for so long, since some are never up at that hour.
QUIET_HOUR, QUIET_MINUTE, SETTLED_SECONDS = 4, 10, 600.0


class Schedule:
    """Ticks for the server that holds `token`. `lost` is called when another server took over."""

    def __init__(
        self, home: Home, supervisor: Supervisor, token: str, lost: Callable[[], None]
    ) -> None:
        self._home, self._supervisor = home, supervisor
        self._token, self._lost = token, lost
        self._claimer = Claimer(home, token)
        self._beat_at: float | None = None
        self._again = threading.Event()
        self._problem: str | None = None
        self._over = threading.Event()
        self.last_tick_at = time.monotonic()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": _Threads()},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Tick from now on."""
        for name in ("apscheduler.scheduler", "apscheduler.executors.default"):
            logging.getLogger(name).setLevel(logging.ERROR)
        add, soon = self._scheduler.add_job, datetime.now(UTC)
        add(self._tick, "interval", seconds=TICK_SECONDS, id="tick", next_run_time=soon)
        add(self._tell, "interval", seconds=TELL_SECONDS, id="tell")
        add(self._look_after, self._quiet_hour(), id="look after")
        settled = soon + timedelta(seconds=SETTLED_SECONDS)
        add(self._look_after, "date", run_date=settled, id="look after once")
        self._scheduler.add_listener(self._broke, EVENT_JOB_ERROR)
        self._scheduler.start()
        threading.Thread(target=self._keep_appointments, name="appointments", daemon=True).start()

    def _quiet_hour(self) -> CronTrigger:
        zone = self._home.config.timezone
        return CronTrigger(hour=QUIET_HOUR, minute=QUIET_MINUTE, timezone=zone)

    def _keep_appointments(self) -> None:
        """APScheduler's appointments are moments of the machine's clock: where that is set back
        all of them lie far ahead, and are made anew."""
        while not self._over.wait(WATCH_SECONDS):
            tick, now = self._scheduler.get_job("tick"), datetime.now(UTC)
            if tick is None or tick.next_run_time <= now + timedelta(seconds=SET_BACK_SECONDS):
                continue
            _log.warning("the machine's clock was set back")
            self._look_at(now)
            self._scheduler.modify_job("tell", next_run_time=now)
            self._scheduler.reschedule_job("look after", trigger=self._quiet_hour())

    def stop(self) -> None:
        """Tick no more; a job under way is not waited for."""
        self._over.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def wake(self) -> None:
        """Look at once for what is requested or due."""
        self._again.set()  # for the tick that is under way, if there is one
        self._look_at(datetime.now(UTC))

    def problem(self) -> str | None:
        """Why the schedule does not tick; None: it does."""
        if self._problem is not None:
            return self._problem
        silent = time.monotonic() - self.last_tick_at
        if silent > SILENT_SECONDS:
            return f"the schedule has not ticked for {silent:.0f} s"
        return None

    def _look_at(self, when: datetime) -> None:
        if self._scheduler.running:
            self._scheduler.modify_job("tick", next_run_time=when)

    # the jobs

    def _tick(self) -> None:
        """One look after another while somebody asks for one."""
        self._again.set()
        while self._again.is_set() and not self._over.is_set():
            self._again.clear()
            self._look()
        soon = self._supervisor.force_in
        if soon is not None and soon < TICK_SECONDS:
            self._look_at(datetime.now(UTC) + timedelta(seconds=soon))

    def _look(self) -> None:
        try:
            self._beat()
            self._note(self._supervisor.mind())
            self._claimer.take_over()
            self._supervisor.launch_requested()
            if self._claimer.look():
                self._supervisor.launch_requested()
        except Superseded:
            self._lose()
        except (FollowupError, OSError) as error:
            self._tell_problem(str(error))
        else:
            if self._problem is not None:
                _log.info("the schedule ticks again")
            self._problem = None
            self.last_tick_at = time.monotonic()

    def _beat(self) -> None:
        at = time.monotonic()
        if self._beat_at is not None and at - self._beat_at < BEAT_SECONDS:
            return
        with self._home.database.write() as conn:
            if not servers.beat(conn, self._token, self._home.clock.wall()):
                raise Superseded
            self._keep_time(conn)
        self._beat_at = at

    def _keep_time(self, conn: Connection) -> None:
        if self._claimer.looked_at is not None:
            servers.ticked(conn, self._token, self._claimer.looked_at)

    def release(self, reason: str) -> None:
        """Give the schedule to whoever comes next, after `stop`. Crawls of its own that never began
        end, and what they were to poll is due for the next server."""
        now = self._home.now()
        with self._home.database.write() as conn:
            self._keep_time(conn)
            servers.release(conn, self._token)
            for row in crawls.in_state(conn, CrawlState.REQUESTED):
                if row.trigger in (Trigger.SCHEDULE, Trigger.REVISIT):
                    crawls.ask_cancel(conn, row.id, now=now, reason=reason)

    def _note(self, ended: list[Ended]) -> None:
        for one in ended:
            if one.row.trigger in (Trigger.SCHEDULE, Trigger.REVISIT):
                failed = one.row.state is CrawlState.FAILED
                at = time.monotonic()
                self._claimer.back_off.note(failed=failed, seconds=one.seconds, at=at)

    def _lose(self) -> None:
        if self._over.is_set():
            return  # this server has given the schedule away itself
        self._over.set()
        self._problem = "another server keeps the schedule now"
        _log.error("the schedule is another server's now")
        self._lost()

    def _tell_problem(self, said: str) -> None:
        if self._problem != said:
            _log.error("the schedule does not tick reason=%r", said)
        self._problem = said
        self._claimer.trouble(said)

    def _tell(self) -> None:
        try:
            tell_due(self._home)
        except StoreError as error:
            _log.warning("notices wait reason=%r", str(error))

    def _look_after(self) -> None:
        try:
            for line in look_after(self._home):
                _log.info("upkeep did=%r", line)
        except (FollowupError, OSError) as error:
            _log.error("upkeep failed reason=%r", str(error))

    def _broke(self, event: Any) -> None:
        """A mistake of ours: APScheduler has logged where, and the job runs again at its time."""
        if event.job_id == "tick":
            self._tell_problem(f"a mistake in the schedule: {event.exception!r}")


class _Threads(BaseExecutor):  # type: ignore[misc]
    """Runs each job in a daemon thread; APScheduler's own pool is waited for at the exit."""

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        threading.Thread(
            target=self._run, args=(job, run_times), name=f"job {job.id}", daemon=True
        ).start()

    def _run(self, job: Any, run_times: list[datetime]) -> None:
        try:
            events = run_job(job, job._jobstore_alias, run_times, self._logger.name)
        except BaseException as error:
            self._run_job_error(job.id, error, sys.exc_info()[2])
            raise
        self._run_job_success(job.id, events)
