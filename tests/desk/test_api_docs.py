"""docs/api.md cannot drift: its examples run on a real desk, and they name every operation."""

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

from tests.desk.serving import Desk
from tests.desk.stocked import stock
from tests.desk.test_api import API

DOC = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text("utf-8")
#: What asks other sites (no desk of a test may), and what a furnished home has none of.
UNRUN = {("POST", f"{API}/sources/1/check"), ("POST", f"{API}/targets/1/test")}
#: Said in the text, as it gives no page of a stranger to run with.
IN_WORDS = {("GET", f"{API}/articles/{{id}}/raw")}


def examples() -> list[str]:
    found = re.findall(r"```sh\n(.*?)```", DOC, re.DOTALL)
    return [line for block in found for line in block.splitlines()]


def asked(line: str) -> tuple[str, str]:
    words = shlex.split(line)
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    if "--json" in words and method == "GET":
        method = "POST"
    path = next(word for word in words if word.startswith("$DESK")).removeprefix("$DESK")
    return method, path.partition("?")[0]


def fits(template: str, path: str) -> bool:
    pattern = re.sub(r"\\\{[a-z]+\\\}", "[^/]+", re.escape(template))
    return re.fullmatch(pattern, path) is not None


def run(desk: Desk, line: str) -> str:
    env = os.environ | {"DESK": desk.url, "no_proxy": "127.0.0.1"}
    line = line.replace("-fsS", "--fail-with-body -sS")
    done = subprocess.run(
        ["sh", "-c", line],
        env=env,
        cwd=desk.home.config.home,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, f"{line}: {done.stdout}"
    return done.stdout


def test_the_examples_run_in_their_order(desk: Desk) -> None:
    stock(desk.home, 3)
    ran, batch = 0, ""
    for line in examples():
        if asked(line) in UNRUN:
            continue
        out = run(desk, line.replace("BATCH", batch))
        if "xml" not in out[:100] and "/text" not in line and "/log" not in line and out:
            told: Any = json.loads(out)
            batch = told.get("batch", batch) if isinstance(told, dict) else batch
        ran += 1
    assert ran > 50


def test_every_operation_has_an_example(desk: Desk) -> None:
    told = desk.get(f"{API}/openapi.json").json()["paths"]
    shown = {asked(line) for line in examples()}
    missing = {
        (method.upper(), template)
        for template, methods in told.items()
        for method in methods
        if not any(how == method.upper() and fits(template, path) for how, path in shown)
    }
    assert missing == IN_WORDS
    for _, template in IN_WORDS:
        assert template.replace("{id}", "ID").removeprefix(API) in DOC
