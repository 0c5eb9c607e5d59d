"""Installs the Debian package in a minimal system and runs what it contains."""

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


def main() -> None:
    """Checks the newest package."""
    packages = sorted((ROOT / "target/debian").glob("tasknook_*.deb"), key=lambda file: file.stat().st_mtime)
    package = packages[-1]
    machine = Machine(cache(), "debian")
    try:
        (machine.path("/tmp") / "tasknook.deb").write_bytes(package.read_bytes())
        machine.run(["apt-get", "update", "-qq"])
        machine.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "/tmp/tasknook.deb"])
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
