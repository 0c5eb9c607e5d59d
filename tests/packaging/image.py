"""Executes the Dockerfile in systems made by debootstrap, and runs the service of the last stage like a container: as its
user, on a read-only root file system, with a writable volume.

Bases are stand-ins: `debian` is the minimal system, `rust` is the same with a compiler and this machine's toolchain.
"""

import fnmatch
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import dockerfile
from machine import Machine, cache, run

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret of the test with 32 bytes"


def base(stage: dockerfile.Stage) -> Machine:
    """The stand-in for the base of a stage."""
    machine = Machine(cache(), f"stage-{stage.name}")
    if stage.base.startswith("rust:"):
        version = stage.base.removeprefix("rust:").split("-")[0]
        query = ["rustc", "--print", "sysroot"]
        sysroot = Path(subprocess.run(query, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip())
        found = subprocess.run([sysroot / "bin/rustc", "--version"], check=True, capture_output=True, text=True)
        assert found.stdout.split()[1].startswith(version), f"{stage.base} needs Rust {version}: {found.stdout}"
        machine.run(["apt-get", "update", "-qq"])
        packages = ["ca-certificates", "gcc", "libc6-dev", "make", "pkg-config"]
        machine.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages])
        # Those of this machine, whose network may have an authority of its own.
        authorities = "/etc/ssl/certs/ca-certificates.crt"
        shutil.copy(authorities, machine.path(authorities))
        machine.binds["/usr/local/rust"] = sysroot
    else:
        assert stage.base.startswith("debian:bookworm"), stage.base
    return machine


def ignored(path: str) -> bool:
    """Whether .dockerignore excludes a file: the last pattern that matches it or a folder above it decides."""
    verdict = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.lstrip("!")
        if not pattern or pattern.startswith("#"):
            continue
        parts = path.split("/")
        prefixes = ["/".join(parts[: number + 1]) for number in range(len(parts))]
        if any(fnmatch.fnmatch(f"/{prefix}", f"/{pattern}".replace("/**/", "*/")) for prefix in prefixes):
            verdict = not line.startswith("!")
    return verdict


def copy(machine: Machine, rest: str, folder: str, stages: dict[str, Machine]) -> None:
    """Executes COPY: files of the context that .dockerignore allows, or files of another stage."""
    options, words = dockerfile.options(rest)
    *sources, target = words
    target = os.path.join(folder, target)
    if "from" in options:
        for source in sources:
            machine.path(target).parent.mkdir(parents=True, exist_ok=True)
            run("cp", "-a", stages[options["from"]].path(source), machine.path(target))
        return
    tracked = subprocess.run(["git", "ls-files", "-z", *sources], cwd=ROOT, check=True, capture_output=True, text=True)
    names = [name for name in tracked.stdout.split("\0") if name and not ignored(name)]
    assert names, f"COPY {rest} copies nothing"
    for name in names:
        source = next(source for source in sources if name == source or name.startswith(f"{source}/"))
        # A folder's content is copied into the target; a file into it, if it ends with a slash or is a folder.
        into = name.removeprefix(source).lstrip("/") if (ROOT / source).is_dir() else ""
        if not into and (target.endswith(("/", "/.")) or machine.path(target).is_dir()):
            into = Path(name).name
        file = machine.path(os.path.join(target, into)) if into else machine.path(target)
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, file)


def build(stage: dockerfile.Stage, stages: dict[str, Machine]) -> Machine:
    """Executes the instructions of a stage."""
    machine, folder = base(stage), "/"
    environment = stage.environment()
    if "/usr/local/rust" in machine.binds:
        path = "/usr/local/rust/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        environment |= {"PATH": path, "CARGO_HOME": "/usr/local/cargo"}
    for word, rest in stage.instructions:
        if word == "WORKDIR":
            folder = rest
            machine.path(folder).mkdir(parents=True, exist_ok=True)
        elif word == "COPY":
            copy(machine, rest, folder, stages)
        elif word == "RUN":
            command = rest
            while command.startswith("--mount="):
                mount, command = command.split(" ", 1)
                target = dict(pair.split("=") for pair in mount.removeprefix("--mount=").split(","))["target"]
                kept = cache() / f"mount{target.replace('/', '-')}"
                kept.mkdir(exist_ok=True)
                machine.binds[target] = kept
            print(f"RUN {command}", flush=True)
            machine.run(["sh", "-c", command], environment, folder=folder)
    return machine


def free_port() -> int:
    """A port that happens to be free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Container:
    """The service of the image, on a free port of this machine."""

    def __init__(self, machine: Machine, stage: dockerfile.Stage):
        self.machine, self.stage, self.port = machine, stage, free_port()
        path = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
        here = {"TASKNOOK_SERVER__PORT": str(self.port), "BETTER_AUTH_SECRET": SECRET}
        self.environment = path | stage.environment() | here
        # Only its first process belongs to it: the others are replaced by `exec`.
        self.process = subprocess.Popen(self.command(stage.command()), env=self.environment)

    def command(self, program: list[str]) -> list[str]:
        """A program beside the service."""
        volume, user = self.stage.last("VOLUME"), self.stage.last("USER")
        folder = self.stage.last("WORKDIR")
        return self.machine.command(program, folder=folder, user=user, read_only=True, volumes=[volume])

    def run(self, program: list[str]) -> subprocess.CompletedProcess:
        """Runs a program beside the service to its end."""
        return subprocess.run(self.command(program), env=self.environment, check=False, capture_output=True, text=True)

    def wait_until_healthy(self) -> None:
        """Repeats the health check of the image until it succeeds."""
        deadline = time.monotonic() + 60
        while (check := self.run(self.stage.health_check())).returncode != 0:
            assert self.process.poll() is None, f"the service ended with {self.process.returncode}"
            assert time.monotonic() < deadline, check.stderr
            time.sleep(0.1)

    def request(self, method: str, body: object = None) -> object:
        """Sends a request for the tasks of a user."""
        token = self.run(["tasknook", "token", "--user", "alice"]).stdout.strip()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/tasks", method=method)
        request.add_header("Authorization", f"Bearer {token}")
        request.add_header("Content-Type", "application/json")
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, data, timeout=20) as response:
            return json.load(response)

    def stop(self) -> None:
        """Stops the service as a container engine does."""
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0, "the service did not stop in order"


def check(machine: Machine, stage: dockerfile.Stage) -> None:
    """The service works, keeps its data in the volume, and cannot write elsewhere."""
    container = Container(machine, stage)
    try:
        container.wait_until_healthy()
        container.request("POST", {"title": "kept in the volume"})
        assert container.run(["id", "--user"]).stdout.strip() != "0"
        assert container.run(["touch", "/tmp/file"]).returncode != 0, "the root file system can be written"
        container.stop()
        assert container.run(stage.health_check()).returncode == 1
        container = Container(machine, stage)
        container.wait_until_healthy()
        assert [task["title"] for task in container.request("GET")] == ["kept in the volume"]
        container.stop()
    finally:
        container.process.kill()


def main() -> None:
    """Builds every stage, checks the last one, and copies the binary to target/release."""
    stages: dict[str, Machine] = {}
    try:
        parsed = dockerfile.read(ROOT / "Dockerfile")
        for stage in parsed:
            stages[stage.name] = build(stage, stages)
        check(stages[parsed[-1].name], parsed[-1])
        release = ROOT / "target/release"
        release.mkdir(exist_ok=True)
        shutil.copy2(stages[parsed[-1].name].path("/usr/local/bin/tasknook"), release / "tasknook")
    finally:
        for machine in stages.values():
            machine.remove()
    print("The image works.")


if __name__ == "__main__":
    sys.exit(main())
