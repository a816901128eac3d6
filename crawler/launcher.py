"""The one path by which a crawl starts: a child process for one crawl row.

A crawl in the process of the desk or the terminal would block it for seconds and could not be
killed; a child dies when it is told to, and the store remembers the rest.
"""

import os
import subprocess
import sys
from typing import IO

from crawler.home import Home
from crawler.life import CALLER_VARIABLE, LOCK_VARIABLE, log_path
from crawler.wanted import Wanted


def launch(home: Home, crawl_id: int, wanted: Wanted, lock: IO[str]) -> "subprocess.Popen[bytes]":
    """Start the child process of a requested crawl. Its output goes to the crawl's log.

    The child has the locked `lock` (`life.take_lock`) from its first moment on and nothing else of
    this process's files and sockets; close it here afterwards.
    """
    config = home.config
    environment = {
        **os.environ,
        **home.environment,
        **home.clock.environment(),
        "FOLLOWUP_HOME": str(config.home),
        "FOLLOWUP_DATABASE_URL": config.database_url,
        "SCRAPY_SETTINGS_MODULE": "crawler.settings",
    }
    command = [sys.executable, "-m", "scrapy", "crawl", wanted.spider, "-a", f"crawl={crawl_id}"]
    with log_path(config, crawl_id).open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment
            | {LOCK_VARIABLE: str(lock.fileno()), CALLER_VARIABLE: str(os.getpid())},
            cwd=config.home,
            start_new_session=True,
            pass_fds=[lock.fileno()],
        )
