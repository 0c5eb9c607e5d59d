"""Reads a Dockerfile into stages of instructions, as far as this repository uses its syntax."""

import json
import shlex
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Stage:
    """A stage: its base, its name, and its instructions in order as (word, rest)."""

    base: str
    name: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def last(self, word: str) -> str | None:
        """The rest of the last instruction with this word, which overrides earlier ones."""
        return next((rest for known, rest in reversed(self.instructions) if known == word), None)

    def environment(self) -> dict[str, str]:
        """The variables that ENV sets."""
        pairs = (rest.split("=", 1) for word, rest in self.instructions if word == "ENV")
        return {name: value.strip('"') for name, value in pairs}

    def command(self) -> list[str]:
        """The program that a container runs."""
        return json.loads(self.last("ENTRYPOINT") or "[]") + json.loads(self.last("CMD") or "[]")

    def health_check(self) -> list[str]:
        """The program that checks a container."""
        return json.loads((self.last("HEALTHCHECK") or "").split("CMD", 1)[1])


def options(rest: str) -> tuple[dict[str, str], list[str]]:
    """Splits `--name=value …` from the words behind it. Of a repeated option, the last is kept."""
    words, found = rest.split(" "), {}
    while words and words[0].startswith("--"):
        name, _, value = words.pop(0).removeprefix("--").partition("=")
        found[name] = value
    return found, words


def read(path: Path) -> list[Stage]:
    """The stages of a file. An instruction that this repository does not use is an error."""
    known = {"RUN", "COPY", "ENV", "WORKDIR", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}
    stages: list[Stage] = []
    for line in path.read_text().replace("\\\n", " ").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        word, rest = line.split(" ", 1)
        if word == "FROM":
            base, *name = shlex.split(rest)
            stages.append(Stage(base, name[1] if name else str(len(stages))))
        elif word in known:
            stages[-1].instructions.append((word, rest))
        else:
            raise ValueError(f"{path}: {word} is not supported here")
    return stages
