"""Prints the classes of differences: compare.py CASES OURS PYJWT JOSE. Exits 1 when a difference is in no class."""

import json
import sys
from collections import Counter

from classes import ACCEPTED, REJECTED
from facts import Facts

NAMES = ("PyJWT", "jose")
SHOWN = 10


def read(path: str) -> list[dict]:
    """The lines of a file."""
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def class_of(facts: Facts, ours: dict, theirs: dict) -> str | None:
    """The name of the first class that explains a difference; none does when they read two users."""
    classes, reason = (ACCEPTED, theirs.get("reason")) if "user" in ours else (REJECTED, ours["reason"])
    return next((one.name for one in classes if reason in one.reasons and one.holds(facts)), None)


def verdict(one: dict) -> str:
    """A verdict as text."""
    return f"accepts it for {one['user']!r}" if "user" in one else f"rejects it: {one['reason']}, {one['message']}"


def main() -> None:
    """Prints the tables, and the unexplained differences to standard error."""
    cases, ours, *others = map(read, sys.argv[1:])
    if len({len(cases), len(ours), *map(len, others)}) != 1 or not cases:
        sys.exit("not every case has its verdicts")
    found, verdicts, foreign, unexplained = Counter(), Counter(), Counter(), 0
    for case, our, *their in zip(cases, ours, *others, strict=True):
        verdicts["user" in our, *("user" in one for one in their)] += 1
        facts = Facts(case)
        for name, one in zip(NAMES, their, strict=True):
            foreign[name] += not one.get("own", True)
            # Both read the same user, or both none.
            if our.get("user") == one.get("user") and ("user" in our) == ("user" in one):
                continue
            explained = class_of(facts, our, one)
            if explained:
                found[explained, name] += 1
                continue
            unexplained += 1
            if unexplained <= SHOWN:
                print(f"\n{json.dumps(case)}\nthe crate {verdict(our)}\n{name} {verdict(one)}", file=sys.stderr)
    all_three, none = verdicts[True, True, True], verdicts[False, False, False]
    print(f"{len(cases)} cases: {all_three} accepted by all three, {none} by none.\n")
    for title, classes in (("The crate rejects", REJECTED), ("The crate accepts", ACCEPTED)):
        print("|", " | ".join([title, *(f"{name} does not" for name in NAMES), "why"]), "|\n|---|---|---|---|")
        for one in classes:
            if any(found[one.name, name] for name in NAMES):
                print("|", " | ".join([one.name, *(str(found[one.name, name] or "") for name in NAMES), one.why]), "|")
        print()
    print("Errors outside the library's own classes:", ", ".join(f"{name} {foreign[name]}" for name in NAMES))
    if unexplained:
        sys.exit(f"\n{unexplained} differences are in no class of tests/differential/classes.py")


if __name__ == "__main__":
    main()
