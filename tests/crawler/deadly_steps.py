"""What makes a crawl's process die by kill -9 before or after a named step of its way.

A crawl finds it on its PYTHONPATH as `sitecustomize` (`write`); the product knows nothing of it.
"""

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

#: Step -> module, class within it or "", function, and whether it dies before or after it.
STEPS: dict[str, tuple[str, str, str, str]] = {
    "fetched": ("pipelines.stages.relevance", "Relevance", "process_item", "before"),
    "judged": ("pipelines.stages.dedupe", "Dedupe", "process_item", "before"),
    "compared": ("pipelines.stages.dedupe", "Dedupe", "process_item", "after"),
    "raw written": ("pipelines.store.pages", "RawPages", "append", "after"),
    "inserted": ("pipelines.store.articles", "", "insert", "after"),
    "verdicts saved": ("pipelines.store.matches", "", "save", "after"),
    "settled": ("pipelines.store.frontier", "", "settle", "after"),
    "committed": ("pipelines.stages.store", "Store", "store", "after"),
    "read again": ("pipelines.store.readings", "", "touch", "after"),
    "revised": ("pipelines.store.articles", "", "revise", "after"),
}


def write(folder: Path) -> str:
    """Puts it where a process looks for what to run first; gives the PYTHONPATH for that."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(
        "import sys\nif 'scrapy' in sys.orig_argv:\n"
        "    import tests.crawler.deadly_steps as steps\n"
        "    steps.arm()\n"
    )
    return f"{folder}{os.pathsep}{Path(__file__).resolve().parents[2]}"


def arm() -> None:
    """Make this process die at the step that DIE_AT names, when it comes there the DIE_COUNTth
    time."""
    step = os.environ.get("DIE_AT")
    if step is None:
        return
    module, owner, name, when = STEPS[step]
    import_module("pipelines.stages")
    place: Any = import_module(module)
    place = getattr(place, owner) if owner else place
    real: Callable[..., Any] = getattr(place, name)
    left = [int(os.environ["DIE_COUNT"])]

    def deadly(*given: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] == 0 and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        found = real(*given, **named)
        if left[0] == 0:
            sys.stdout.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    setattr(place, name, deadly)
