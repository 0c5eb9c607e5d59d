"""A Debian system in a folder, in place of a container: made by debootstrap, used by chroot in mount namespaces."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

RELEASE = "bookworm"


def run(*command: str | Path, **options) -> subprocess.CompletedProcess:
    """Runs a program, which must succeed."""
    return subprocess.run([str(word) for word in command], check=True, **options)


def base(cache: Path) -> Path:
    """The minimal system, made once and then copied."""
    root = cache / RELEASE
    if not (root / ".complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        run("debootstrap", "--variant=minbase", RELEASE, root, mirror(), stdout=subprocess.DEVNULL)
        (root / ".complete").touch()
    return root


def mirror() -> str:
    """The archive that this machine uses, if it is a Debian system of the same release."""
    sites = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)"], capture_output=True, text=True, check=False
    )
    found = [line.split()[0] for line in sites.stdout.splitlines() if line.endswith(f" {RELEASE}")]
    return found[0] if found else "http://deb.debian.org/debian"


class Machine:
    """A copy of the minimal system. `binds` are folders of this machine that appear in it while a program runs."""

    def __init__(self, cache: Path, name: str):
        self.root = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=cache))
        self.binds: dict[str, Path] = {}
        run("cp", "-a", f"{base(cache)}/.", self.root)
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")

    def path(self, inside: str) -> Path:
        """A path of the machine, on this machine."""
        return self.root / inside.lstrip("/")

    def command(self, program: list[str], *, folder="/", user="0:0", read_only=False, volumes=()) -> list[str]:
        """The command line that runs a program in it. With `read_only`, only `volumes` can be written."""
        script = ["set -e", f"mount --bind {self.root} {self.root}"]
        for inside, outside in self.binds.items():
            self.path(inside).mkdir(parents=True, exist_ok=True)
            script.append(f"mount --bind {outside} {self.root}{inside}")
        script += [f"mount -t proc proc {self.root}/proc", f"mount --rbind /dev {self.root}/dev"]
        if read_only:
            script += [f"mount --bind {self.root}{volume} {self.root}{volume}" for volume in volumes]
            script.append(f"mount -o remount,bind,ro {self.root}")
        # `sh` changes the folder behind chroot.
        script.append(f"exec chroot --userspec={user} {self.root} sh -c 'cd {folder} && exec \"$@\"' sh \"$@\"")
        return ["unshare", "--mount", "sh", "-c", "\n".join(script), "sh", *program]

    def run(self, program: list[str], environment: dict[str, str] | None = None, **options) -> str:
        """Runs a program to its end, which must be a success, and returns its standard output."""
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        env = {"PATH": path, "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive", **(environment or {})}
        return run(*self.command(program, **options), env=env, stdout=subprocess.PIPE, text=True).stdout

    def remove(self) -> None:
        """Removes the copy."""
        shutil.rmtree(self.root)


def cache() -> Path:
    """Where systems are kept between runs."""
    if os.geteuid() != 0:
        raise SystemExit("This test makes systems in folders and must run as root.")
    folder = Path(__file__).resolve().parents[2] / "target/package"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
