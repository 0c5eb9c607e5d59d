"""Prints the crates in the binary, with their licences and checksums, as CycloneDX 1.6 in JSON.

Of `cargo metadata`, without crates for tests and other platforms; the checksums are those of Cargo.lock.
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "tasknook"


def metadata(target: str) -> dict:
    """The dependencies for a target."""
    command = ["cargo", "metadata", "--locked", "--format-version=1", f"--filter-platform={target}"]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def host() -> str:
    """The target of this machine."""
    verbose = subprocess.run(["rustc", "-vV"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return next(line.removeprefix("host: ") for line in verbose.splitlines() if line.startswith("host: "))


def used(nodes: dict[str, dict], root: str) -> dict[str, list[str]]:
    """The crates that the program is built from, each with those it uses."""
    found, waiting = {}, [root]
    while waiting:
        crate = waiting.pop()
        if crate in found:
            continue
        kinds = {dep["pkg"] for dep in nodes[crate]["deps"] if any(k["kind"] != "dev" for k in dep["dep_kinds"])}
        found[crate] = sorted(kinds)
        waiting += kinds
    return found


def component(package: dict, checksums: dict[tuple[str, str], str]) -> dict:
    """A crate."""
    name, version = package["name"], package["version"]
    kind = "application" if name == PROGRAM else "library"
    described = {"type": kind, "bom-ref": package["id"], "name": name, "version": version}
    if package["license"]:
        # Old manifests separate licences by a slash.
        described["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if checksum := checksums.get((name, version)):
        described["purl"] = f"pkg:cargo/{name}@{version}"
        described["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return described


def main() -> None:
    """Prints the document."""
    found = metadata(host())
    packages = {package["id"]: package for package in found["packages"]}
    nodes = {node["id"]: node for node in found["resolve"]["nodes"]}
    root = next(id for id, package in packages.items() if package["name"] == PROGRAM)
    crates = used(nodes, root)
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    checksums = {(one["name"], one["version"]): one["checksum"] for one in lock if "checksum" in one}
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": component(packages[root], checksums)},
        "components": [component(packages[crate], checksums) for crate in sorted(crates) if crate != root],
        "dependencies": [{"ref": crate, "dependsOn": uses} for crate, uses in sorted(crates.items())],
    }
    json.dump(document, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
