"""The files under docs/deploy, judged by the tools that will read them."""

import datetime as dt
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from crawler.cli.serve import DEFAULT_PORT
from crawler.config import Config

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "docs" / "deploy"
UNITS = ("followup.service", "followup-backup.service", "followup-backup.timer")
#: systemd's own scale: 0 is shut in, 10 open; a service without any care has 9.6.
MOST_EXPOSED = {"followup.service": 1.5, "followup-backup.service": 2.5}


def tool(name: str) -> str:
    """Where a program is; beside the running Python counts. Skips where it is missing."""
    beside = Path(sys.executable).parent
    found = shutil.which(name, path=os.pathsep.join([str(beside), os.environ["PATH"], "/usr/sbin"]))
    return found or pytest.skip(f"{name} is not installed")


def ran(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("FOLLOWUP_", "POSTGRES_"))}
    return subprocess.run(
        command, env={**kept, **environment}, capture_output=True, text=True, check=False
    )


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as on a machine where the command is installed."""
    for name in UNITS:
        unit = (DEPLOY / name).read_text("utf-8")
        (tmp_path / name).write_text(unit.replace("/opt/followup/bin/followup", "/bin/true"))
    return tmp_path


def test_systemd_takes_the_units(units: Path) -> None:
    done = ran(tool("systemd-analyze"), "verify", *(str(units / name) for name in UNITS))
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", MOST_EXPOSED)
def test_the_services_are_shut_in(units: Path, name: str) -> None:
    limit = str(round(MOST_EXPOSED[name] * 10))
    command = (tool("systemd-analyze"), "security", "--offline=yes", f"--threshold={limit}")
    done = ran(*command, str(units / name))
    assert done.returncode == 0, [*done.stdout.splitlines()[-1:], done.stderr]


def test_the_server_ends_as_its_unit_expects() -> None:
    unit = (DEPLOY / "followup.service").read_text("utf-8")
    assert {"Restart=on-failure", "KillMode=mixed", "TimeoutStopSec=15"} <= set(unit.splitlines())


def test_hadolint_has_nothing_to_say_of_the_dockerfile() -> None:
    done = ran(tool("hadolint"), "--no-color", str(DEPLOY / "Dockerfile"))
    assert (done.returncode, done.stdout) == (0, "")


def composed(*files: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = [part for name in files for part in ("--file", str(DEPLOY / name))]
    return ran(*composer(), *given, "config", **environment)


def composer() -> tuple[str, ...]:
    """Docker's plugin where it is there, else the program that came before it."""
    plugin = ("docker", "compose")
    if shutil.which("docker") and ran(*plugin, "version").returncode == 0:
        return plugin
    return (tool("docker-compose"),)


@pytest.mark.parametrize("more", [(), ("compose.postgresql.yaml",)])
def test_compose_takes_its_files(more: tuple[str, ...]) -> None:
    secrets = {
        "FOLLOWUP_CONTACT": "me@example.org",
        "FOLLOWUP_TOKEN": "t",
        "POSTGRES_PASSWORD": "p",
    }
    done = composed("compose.yaml", *more, **secrets)
    assert done.returncode == 0, done.stderr
    assert ("postgresql://followup:p@postgres/followup" in done.stdout) == bool(more)


def test_compose_asks_for_a_contact_and_a_token() -> None:
    contact = {"FOLLOWUP_CONTACT": "me@example.org"}
    for given, missing in (({}, "a mail address or web page"), (contact, "a long random word")):
        done = composed("compose.yaml", **given)
        assert done.returncode != 0
        assert missing in done.stderr


def test_the_image_is_built_of_all_that_the_package_needs(tmp_path: Path) -> None:
    """What the Dockerfile copies, and its ignore file lets through, gives the whole package."""
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").split()
    for line in re.findall(
        r"^COPY (?!--from)(.*)", (DEPLOY / "Dockerfile").read_text("utf-8"), re.M
    ):
        *names, target = line.split()
        for name in names:
            assert f"!{name}" in allowed
            if (ROOT / name).is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(ROOT / name, tmp_path / "src" / target, ignore=ignored)
            else:
                (tmp_path / "src").mkdir(exist_ok=True)
                shutil.copy(ROOT / name, tmp_path / "src" / target)
    pip = (sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--no-index")
    done = ran(*pip, "--wheel-dir", str(tmp_path), str(tmp_path / "src"))
    assert done.returncode == 0, done.stderr
    packed = set(zipfile.ZipFile(next(tmp_path.glob("followup-*.whl"))).namelist())
    source = {
        path.relative_to(ROOT).as_posix()
        for folder in ("crawler", "pipelines")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix not in (".pyc", ".md")
    }
    assert source - packed == set()


def test_nginx_takes_its_file(tmp_path: Path) -> None:
    program = tool("nginx")
    site = (DEPLOY / "nginx.conf").read_text("utf-8")
    site = site.replace("/etc/letsencrypt/live/followup.example.org", str(tmp_path))
    write_certificate(tmp_path)
    (tmp_path / "site.conf").write_text(site)
    (tmp_path / "main.conf").write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}}"
        f" http {{ access_log off; include {tmp_path}/site.conf; }}"
    )
    done = ran(program, "-t", "-q", "-p", str(tmp_path), "-c", str(tmp_path / "main.conf"))
    assert (done.returncode, done.stderr) == (0, "")


def write_certificate(folder: Path) -> None:
    """A certificate that nobody trusts, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "followup.example.org")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def test_the_port_is_everywhere_the_one_that_the_server_has_by_itself() -> None:
    found = set()
    for path in DEPLOY.iterdir():
        written = path.read_text("utf-8")
        assert "--port" not in written, path.name
        for ports in re.findall(r"(?:127\.0\.0\.1:|EXPOSE )(\d+)(?::(\d+))?", written):
            found |= {(path.name, port) for port in ports if port}
    assert {port for _, port in found} == {str(DEFAULT_PORT)}
    assert len(found) == 4


def test_every_setting_that_is_named_exists() -> None:
    known = {f"FOLLOWUP_{name.upper()}" for name in Config.__dataclass_fields__}
    for path in DEPLOY.iterdir():
        named = set(re.findall(r"\bFOLLOWUP_[A-Z_]+", path.read_text("utf-8")))
        assert named <= known, path.name


def test_the_guide_names_every_file() -> None:
    guide = (DEPLOY / "README.md").read_text("utf-8")
    linked = set(re.findall(r"\]\(([\w.-]+)\)", guide))
    there = {path.name for path in DEPLOY.iterdir() if not path.name.startswith(".")}
    assert there - {"README.md", "Dockerfile.dockerignore"} == linked
