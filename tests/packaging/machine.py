"""A Debian system in a folder, in place of a container: made by debootstrap, used by chroot in mount namespaces."""

import os
import shutil
import subprocess
import tempfile
import time
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
        script.append(f"exec {shutil.which('chroot')} --userspec={user} {self.root} sh -c 'cd {folder} && exec \"$@\"' sh \"$@\"")
        return ["unshare", "--mount", "sh", "-c", "\n".join(script), "sh", *program]

    def run(self, program: list[str], environment: dict[str, str] | None = None, **options) -> str:
        """Runs a program to its end, which must be a success, and returns its standard output."""
        path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        env = {"PATH": path, "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive", **(environment or {})}
        return run(*self.command(program, **options), env=env, stdout=subprocess.PIPE, text=True).stdout

    def boot(self) -> "Booted":
        """Starts systemd in it, in namespaces of its own except for the network."""
        # A root of its own instead of chroot, in which the kernel refuses user namespaces. Shared, since systemd mounts
        # the credentials of a unit in a process of its own.
        script = f"""set -e
            mount --make-rprivate /
            mount --bind {self.root} {self.root}
            mount -t proc proc {self.root}/proc
            mount --rbind /dev {self.root}/dev
            mount -t tmpfs tmpfs {self.root}/run
            mount -t sysfs sysfs {self.root}/sys
            mount -t tmpfs tmpfs {self.root}/sys/fs/cgroup
            mount -t cgroup2 cgroup2 {self.root}/sys/fs/cgroup
            cd {self.root}
            pivot_root . mnt
            umount -l /mnt
            mount --make-rshared /
            exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
                /lib/systemd/systemd --system --log-target=journal --show-status=no --unit=multi-user.target"""
        namespaces = ["--pid", "--fork", "--mount", "--uts", "--ipc", "--cgroup", "--kill-child"]
        return Booted(subprocess.Popen(["unshare", *namespaces, "sh", "-c", script]))

    def remove(self) -> None:
        """Removes the copy."""
        shutil.rmtree(self.root)


class Booted:
    """A running systemd."""

    def __init__(self, process: subprocess.Popen):
        self.process = process

    def init(self) -> str:
        """The number of its process, as soon as it has replaced the shell that prepares its root."""
        deadline = time.monotonic() + 60
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        while not (found := children.read_text().split()) or Path(f"/proc/{found[0]}/comm").read_text() != "systemd\n":
            assert self.process.poll() is None and time.monotonic() < deadline, "systemd does not start"
            time.sleep(0.1)
        return found[0]

    def run(self, *program: str) -> str:
        """Runs a program in it to its end, and returns its standard output."""
        enter = ["nsenter", "--target", self.init(), "--mount", "--pid", "--uts", "--ipc", "--cgroup"]
        return subprocess.run([*enter, *program], check=False, stdout=subprocess.PIPE, text=True).stdout

    def unit(self, name: str, member: str) -> str:
        """A property of a unit."""
        return self.run("systemctl", "show", "--property", member, "--value", name).strip()

    def wait_for(self, name: str, member: str, value: str) -> None:
        """Waits until a property of a unit has a value."""
        deadline = time.monotonic() + 60
        while (found := self.unit(name, member)) != value:
            log = self.run("journalctl", "--no-pager", "--unit", name)
            assert time.monotonic() < deadline, f"{member} is {found}, not {value}\n{log}"
            time.sleep(0.1)

    def end(self) -> None:
        """Ends it with everything that runs in it."""
        self.process.kill()
        self.process.wait()


def cache() -> Path:
    """Where systems are kept between runs."""
    if os.geteuid() != 0:
        raise SystemExit("This test makes systems in folders and must run as root.")
    folder = Path(__file__).resolve().parents[2] / "target/package"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
