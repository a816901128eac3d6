#!/usr/bin/env python3
"""Checks this folder against MANIFEST.sha256: python3 check.py

It says which files were changed, are missing or were added, and ends with status 1 then. Nothing
but Python's standard library is needed. `sha256sum -c MANIFEST.sha256` finds the first two.
"""

import hashlib
import sys
from pathlib import Path

MANIFEST = "MANIFEST.sha256"


def main() -> int:
    """Exit status: 0 where all is as it was written."""
    folder = Path(__file__).resolve().parent
    wanted = {}
    for line in (folder / MANIFEST).read_text("utf-8").splitlines():
        digest, _, name = line.partition("  ")
        wanted[name] = digest
    there = {
        path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }
    there.pop(MANIFEST, None)
    faults = [f"missing: {name}" for name in sorted(wanted.keys() - there.keys())]
    faults += [f"added: {name}" for name in sorted(there.keys() - wanted.keys())]
    for name in sorted(wanted.keys() & there.keys()):
        if there[name].is_symlink() or digest_of(there[name]) != wanted[name]:
            faults.append(f"changed: {name}")
    said = faults or [f"All {len(wanted)} files are as they were written."]
    sys.stdout.write("\n".join(said) + "\n")
    return 1 if faults else 0


def digest_of(path: Path) -> str:
    """SHA-256 of a file in hexadecimal; "" for what is no plain file."""
    if not path.is_file():
        return ""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
