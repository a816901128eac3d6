"""A text in the person's own editor."""

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from pipelines.errors import BadInput

_OTHERWISE = "Use --print > FILE, edit it, then --file FILE."


def edit(text: str, *, suffix: str) -> str | None:
    """What the text is after $VISUAL or $EDITOR (else vi); None where it was left as it was.

    Raises BadInput where there is no such editor, none to type into, or it failed.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not editor:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise BadInput("There is no terminal to edit in.", remedy=_OTHERWISE)
        editor = "vi"
    with tempfile.TemporaryDirectory(prefix="followup-") as folder:
        path = Path(folder) / f"edit{suffix}"
        path.write_text(text, "utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(path)], check=True)
        except subprocess.CalledProcessError as error:
            raise BadInput(
                f"The editor {editor!r} ended with status {error.returncode}; nothing is saved.",
                remedy=_OTHERWISE,
            ) from error
        except (OSError, ValueError) as error:
            said = error.strerror if isinstance(error, OSError) else error
            raise BadInput(
                f"The editor {editor!r} cannot be started ({said}).",
                remedy=f"Set EDITOR to one that is there. {_OTHERWISE}",
            ) from error
        edited = path.read_text("utf-8", "replace")
    return None if edited == text else edited
