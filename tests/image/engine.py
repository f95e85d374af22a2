"""A container engine for `make image-test`: the one that answers, or as root one of our own in a temporary folder."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CA_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
STARTS_WITHIN = 60.0  # seconds
STAND_IN_PACKAGES = "python3,python3-venv,ca-certificates"


class EngineUnavailableError(Exception):
    """No container engine answers here, and none can be started; the sentence says why."""


@dataclass(frozen=True)
class Engine:
    """A client that can build, and the engine that it talks to."""

    client: str
    own: bool  # started by us, in a temporary folder, and empty
    environment: dict[str, str]

    def run(self, *arguments: str, seconds: float = 600, check: bool = True) -> str:
        """Run one command of the client and return its standard output."""
        done = subprocess.run(
            [self.client, *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            timeout=seconds,
            check=False,
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"docker {' '.join(arguments[:3])} ... ended with {done.returncode}")
        return done.stdout.strip()

    def build(self, image: str, base: str, folder: Path) -> None:
        """Build the image of `folder`; its output goes to standard error."""
        secret = ["--secret", f"id=ca,src={CA_BUNDLE}"] if CA_BUNDLE.is_file() else []
        command = [self.client, "build", "--build-arg", f"BASE={base}", *secret, "-t", image, str(folder)]
        subprocess.run(command, env=self.environment, stdout=sys.stderr, timeout=900, check=True)


@contextmanager
def engine() -> Iterator[Engine]:
    """Yield the engine that answers, else our own, which is stopped and removed afterwards."""
    client = _building_client()
    environment = os.environ | {"DOCKER_BUILDKIT": "1"}
    if _answers(client, environment):
        yield Engine(client, own=False, environment=environment)
        return
    if os.geteuid() != 0 or not shutil.which("dockerd"):
        raise EngineUnavailableError(
            "no container engine answers, and starting one takes root and the package docker.io"
        )
    folder = Path(tempfile.mkdtemp(prefix="gradcore-", dir="/var/tmp"))
    environment["DOCKER_HOST"] = f"unix://{folder}/docker.sock"
    with (folder / "dockerd.log").open("w") as log:
        daemon = subprocess.Popen(_daemon_command(folder), stdout=log, stderr=log, start_new_session=True)
        try:
            _wait_until_it_answers(client, environment, daemon, folder / "dockerd.log")
            yield Engine(client, own=True, environment=environment)
        finally:
            _stop(daemon)
            _remove(folder)


def import_stand_in(own: Engine, base: str) -> None:
    """Give an engine that cannot pull a minimal Debian with Python under the name of the base image."""
    wanted = re.search(r"python:(3\.\d+).*-(\w+)$", base)
    if not wanted or not shutil.which("mmdebstrap"):
        raise EngineUnavailableError(
            f"a stand-in for {base} takes the package mmdebstrap and a name like python:3.11-slim-bookworm"
        )
    python, release = wanted.groups()
    links = " && ".join(f"ln -s /usr/bin/python{python} $1/usr/local/bin/{name}" for name in ("python", "python3"))
    bootstrap = subprocess.Popen(
        [
            "mmdebstrap",
            "--quiet",
            "--variant=minbase",
            f"--include={STAND_IN_PACKAGES}",
            f"--customize-hook={links}",
            release,
            "-",
        ],
        stdout=subprocess.PIPE,
    )
    importing = subprocess.run(
        [own.client, "import", "-", base], env=own.environment, stdin=bootstrap.stdout, stdout=sys.stderr, check=False
    )
    if bootstrap.wait() != 0 or importing.returncode != 0:
        raise EngineUnavailableError(f"the stand-in for {base} could not be made (mmdebstrap {bootstrap.returncode})")


def _building_client() -> str:
    """Return a client that builds with secrets: one with the buildx plugin, or one so old that it needs none."""
    for client in (shutil.which("docker"), "/usr/bin/docker"):
        if client and Path(client).exists():
            version = re.search(r"version (\d+)", _output([client, "--version"]))
            if _succeeds([client, "buildx", "version"]) or (version and int(version.group(1)) < 23):
                return client
    raise EngineUnavailableError(
        "no docker client that can build with secrets (install docker.io, or docker with buildx)"
    )


def _daemon_command(folder: Path) -> Sequence[str]:
    places = ("--data-root", folder / "data", "--exec-root", folder / "exec", "--pidfile", folder / "pid")
    dies_with_us = ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()
    return [*dies_with_us, "dockerd", *map(str, places), "--host", f"unix://{folder}/docker.sock"]


def _wait_until_it_answers(
    client: str, environment: dict[str, str], daemon: subprocess.Popen[bytes], log: Path
) -> None:
    give_up = time.monotonic() + STARTS_WITHIN
    while not _answers(client, environment):
        if daemon.poll() is not None or time.monotonic() > give_up:
            reason = log.read_text(errors="replace").strip().splitlines()[-1:] or ["no output"]
            raise EngineUnavailableError(f"the engine did not start: {reason[0]}")
        time.sleep(0.2)


def _stop(daemon: subprocess.Popen[bytes]) -> None:
    daemon.terminate()
    try:
        daemon.wait(30)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()


def _remove(folder: Path) -> None:
    """Unmount what an engine that died has left, deepest first, and delete the folder."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines()]
    for mount in sorted((mount for mount in mounts if mount.startswith(f"{folder}/")), key=len, reverse=True):
        subprocess.run(["umount", "--lazy", mount], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def _answers(client: str, environment: dict[str, str]) -> bool:
    return _succeeds([client, "version", "--format", "{{.Server.Version}}"], environment)


def _succeeds(command: Sequence[str], environment: dict[str, str] | None = None) -> bool:
    done = subprocess.run(command, env=environment, capture_output=True, timeout=20, check=False)
    return done.returncode == 0


def _output(command: Sequence[str]) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=20, check=False).stdout
