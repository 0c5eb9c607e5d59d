"""Installs the Debian package in a minimal system and runs what it contains."""

import resource
import subprocess
import sys
from pathlib import Path

from machine import Machine, cache

ROOT = Path(__file__).resolve().parents[2]

EXPECTED = {
    "/usr/bin/tasknook",
    "/etc/tasknook/tasknook.toml",
    "/usr/share/man/man1/tasknook.1.gz",
    "/usr/share/man/man1/tasknook-serve.1.gz",
    "/usr/share/bash-completion/completions/tasknook",
    "/usr/share/zsh/vendor-completions/_tasknook",
    "/usr/share/fish/vendor_completions.d/tasknook.fish",
    "/usr/share/doc/tasknook/copyright",
    "/usr/share/doc/tasknook/default.toml",
    "/usr/share/doc/tasknook/LICENSE-APACHE",
    "/usr/share/doc/tasknook/LICENSE-MIT",
}
UNITS = ("/lib/systemd/system/tasknook.service", "/usr/lib/systemd/system/tasknook.service")


def check_unit(machine: Machine) -> None:
    """The installed unit under a real systemd: start, credentials, watchdog, an invalid configuration, stop."""
    settings = machine.path("/etc/tasknook/tasknook.toml")
    shipped = settings.read_text()
    with_issuer = shipped.replace('better_auth_url = ""', 'better_auth_url = "https://app.example.com"')
    settings.write_text(with_issuer.replace("port = 8000", "port = 0"))
    machine.path("/etc/credstore").mkdir(exist_ok=True)
    machine.path("/etc/credstore/tasknook.BETTER_AUTH_SECRET").write_text("a secret of the test with 32 bytes")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    override = machine.path("/etc/systemd/system/tasknook.service.d/test.conf")
    override.parent.mkdir(parents=True)
    # The limit of this machine cannot be raised in every environment.
    override.write_text(f"[Service]\nWatchdogSec=3\nLimitNOFILE={min(hard, 65536)}\n")

    system = machine.boot()
    try:
        system.wait_for("dbus.service", "ActiveState", "active")
        assert system.unit("tasknook", "ActiveState") == "inactive", "the package starts the service"
        system.run("systemctl", "start", "tasknook")
        assert system.unit("tasknook", "ActiveState") == "active", system.run("journalctl", "--no-pager")

        process = ["nsenter", "--mount", "--target", system.unit("tasknook", "MainPID")]
        secret = system.run(*process, "cat", "/run/credentials/tasknook.service/BETTER_AUTH_SECRET")
        assert secret == "a secret of the test with 32 bytes", secret
        assert system.run("stat", "--format=%a", "/var/lib/tasknook/").strip() == "750"
        assert system.run("find", "/var/lib/tasknook/", "-name", "tasknook.db"), "there is no database"

        system.run("systemctl", "kill", "--signal=STOP", "tasknook")
        system.wait_for("tasknook", "NRestarts", "1")
        system.wait_for("tasknook", "ActiveState", "active")
        system.run("systemctl", "stop", "tasknook")
        assert system.unit("tasknook", "Result") == "success"

        settings.write_text(shipped)
        machine.path("/etc/credstore/tasknook.BETTER_AUTH_SECRET").unlink()
        system.run("systemctl", "start", "tasknook")
        system.wait_for("tasknook", "ActiveState", "failed")
        assert system.unit("tasknook", "ExecMainStatus") == "2"
    finally:
        system.end()
        settings.write_text(shipped)


def main() -> None:
    """Checks the newest package."""
    packages = sorted((ROOT / "target/debian").glob("tasknook_*.deb"), key=lambda file: file.stat().st_mtime)
    package = packages[-1]
    machine = Machine(cache(), "debian")
    try:
        (machine.path("/tmp") / "tasknook.deb").write_bytes(package.read_bytes())
        machine.run(["apt-get", "update", "-qq"])
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        machine.run([*install, "systemd-sysv", "dbus"])
        machine.run([*install, "/tmp/tasknook.deb"])
        files = set(machine.run(["dpkg", "--listfiles", "tasknook"]).splitlines())
        assert EXPECTED <= files, f"missing: {EXPECTED - files}"
        unit = [path for path in UNITS if path in files]
        assert len(unit) == 1, f"{len(unit)} units"
        assert machine.path(unit[0]).read_text() == (ROOT / "config/systemd/tasknook.service").read_text()
        conffiles = machine.run(["dpkg-query", "--show", "--showformat=${Conffiles}", "tasknook"])
        assert "/etc/tasknook/tasknook.toml" in conffiles, conffiles

        version = machine.run(["tasknook", "--version"]).strip()
        installed = machine.run(["dpkg-query", "--show", "--showformat=${Version}", "tasknook"])
        assert installed.startswith(version.split()[1]), f"{version} in the package {installed}"
        settings = ["tasknook", "--config", "/etc/tasknook/tasknook.toml", "check-config"]
        shown = machine.run(settings, {"BETTER_AUTH_URL": "https://app.example.com"})
        assert 'database.url = "sqlite:///var/lib/tasknook/tasknook.db"' in shown, shown

        check_unit(machine)

        # Configuration is kept on removal, and removed on purge.
        machine.run(["apt-get", "remove", "-y", "-qq", "tasknook"])
        assert machine.path("/etc/tasknook/tasknook.toml").exists()
        machine.run(["apt-get", "purge", "-y", "-qq", "tasknook"])
        assert not machine.path("/etc/tasknook").exists()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}\n{error.stdout}")
    finally:
        machine.remove()
    print(f"{package.name} can be installed, run and removed.")


if __name__ == "__main__":
    main()
