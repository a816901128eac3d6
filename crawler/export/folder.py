"""A folder that stands under its name only when it is whole, with the sums of its files; and the
same as one ZIP file."""

import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from crawler.export.check_dossier import MANIFEST, digest_of
from pipelines.errors import BadInput

CHECK = "check.py"
#: The first day that a ZIP file can tell.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder to write into, which gets its name at the end; where something goes wrong, nothing
    is left of it. Raises BadInput where the name is taken, or lies in no folder."""
    _require_free(target)
    part = Path(tempfile.mkdtemp(prefix=f".{target.name}-", suffix=".part", dir=target.parent))
    try:
        yield part
        _require_free(target)
        os.rename(part, target)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """A file to write, as `new_folder`."""
    _require_free(target)
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", suffix=".part", dir=target.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        _require_free(target)
        os.rename(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _require_free(target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise BadInput(f"{target} is there already.", remedy="Name another with --to PATH.")
    if not target.parent.is_dir():
        raise BadInput(f"There is no folder {target.parent}.", remedy="Make it, or name another.")


def seal(folder: Path) -> None:
    """Puts the check script and the manifest of all files into a folder."""
    script = files("crawler.export").joinpath("check_dossier.py").read_bytes()
    (folder / CHECK).write_bytes(script)
    with (folder / MANIFEST).open("w", encoding="utf-8", newline="\n") as manifest:
        for name in _names(folder):
            if name != MANIFEST:
                manifest.write(f"{digest_of(folder / name)}  {name}\n")


def pack(folder: Path, target: Path, name: str, at: datetime) -> None:
    """All files of a folder as one ZIP file, within a folder of that name."""
    moment = max(at.timetuple()[:6], _ZIP_EPOCH)
    with zipfile.ZipFile(target, "w") as archive:
        for file in _names(folder):
            told = zipfile.ZipInfo(f"{name}/{file}", moment)
            told.external_attr = 0o644 << 16
            is_packed = file.endswith(".gz")
            told.compress_type = zipfile.ZIP_STORED if is_packed else zipfile.ZIP_DEFLATED
            with (
                (folder / file).open("rb") as source,
                archive.open(told, "w", force_zip64=True) as sink,
            ):
                shutil.copyfileobj(source, sink, 1 << 20)


def _names(folder: Path) -> list[str]:
    """Of all files in it, in an order that does not depend on the disk."""
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )
