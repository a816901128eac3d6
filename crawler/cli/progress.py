"""How far something is that takes a while: nothing for what is quick, then a bar or lines."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from crawler.cli import output

#: What ends sooner needs no progress (REAL seconds).
PATIENCE_SECONDS = 2.0
#: Seconds between two lines in a log.
LINE_SECONDS = 10.0


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Gives what is to be called with how many are done, of how many. On a terminal a bar shows it,
    which goes at the end; elsewhere a line now and then, all on standard error."""
    console = output.messages()
    columns = TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn()
    # Left to itself it would take standard output, too, for what is meant for the terminal.
    drawn = Progress(*columns, console=console, transient=True, redirect_stdout=False)
    next_at = time.monotonic() + PATIENCE_SECONDS

    def tell(done: int, of: int) -> None:
        nonlocal next_at
        if time.monotonic() < next_at or done >= of:
            return
        if not console.is_terminal:
            next_at = time.monotonic() + LINE_SECONDS
            output.say(f"{what} {done} of {of}")
            return
        if not drawn.tasks:
            drawn.add_task(what, completed=done, total=of)
            drawn.start()
        drawn.update(drawn.task_ids[0], completed=done, total=of)

    try:
        yield tell
    finally:
        if drawn.tasks:
            drawn.stop()
