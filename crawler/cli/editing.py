"""A text in the person's own editor."""

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from pipelines.errors import BadInput


def edit(text: str, *, suffix: str) -> str | None:
    """What the text is after $VISUAL or $EDITOR (else vi); None where it was left as it was.

    Raises BadInput where there is no such editor or it failed.
    """
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="followup-") as folder:
        path = Path(folder) / f"edit{suffix}"
        path.write_text(text, "utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(path)], check=True)
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            raise BadInput(
                f"The editor {editor!r} failed ({error}).",
                remedy="Set EDITOR, or use --print and --file.",
            ) from error
        edited = path.read_text("utf-8", "replace")
    return None if edited == text else edited
