#!/usr/bin/python3
"""Prints which branches of the refresher the simulations never take.

    branches.py FOLDER

FOLDER is where CMake has built the simulations. They are linked anew, with those
files of the library compiled to count, and play as many scenarios as a run of
the tests. Branches that only an exception takes are left out.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.append(str(TOP / "tests/simulation/mutants"))

import run as mutants  # noqa: E402

LIBRARY = TOP / "libbearer/bearer"

# Whose branches are of interest, with what they include of internal/.
UNITS = ["backoff.cpp", "freshness.cpp", "internal/cache.cpp",
         "internal/receiver.cpp", "internal/refresh_machine.cpp",
         "internal/refresher.cpp", "internal/source_call.cpp",
         "internal/token_ledger.cpp"]

# How the simulations are linked, below the folder.
RECIPES = ["tests/simulation/mutants-of-bearers.json",
           "tests/simulation/cluster/mutants-of-clusters.json"]


def compile_units(recipe, folder):
    """Compiles the units to count, and gives their objects."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.gcda"):
        old.unlink()
    result = []
    for unit in UNITS:
        target = folder / Path(unit).with_suffix(".o").name
        source = LIBRARY / unit
        mutants.run(recipe, mutants.compile_command(recipe, source, source,
                                                    target) + ["--coverage"])
        result.append(target)
    return result


def play(recipe, units, folder):
    """Links a simulation with these units, and lets it play."""
    program = folder / "simulate"
    objects = [one for one in recipe["objects"] if one.endswith(".o")]
    mutants.run(recipe, [recipe["compiler"], "--coverage",
                         "-Wl,-u,__gcov_dump", "-o", str(program)]
                + [str(one) for one in units] + objects + recipe["libraries"])
    subprocess.run([program, f"--seeds={recipe['seeds']}"], check=True)


def counts_of(unit):
    """What gcov says of a unit, by file."""
    result = subprocess.run(
        ["gcov", "--json-format", "--stdout", "--branch-probabilities", unit],
        check=True, capture_output=True, text=True)
    return json.loads(result.stdout)["files"]


def name_of(file):
    """The name of a file below libbearer/bearer, if it is one to look at."""
    path = Path(file)
    if not path.is_relative_to(LIBRARY):
        return None
    name = str(path.relative_to(LIBRARY))
    return name if name.startswith("internal/") or name in UNITS else None


def collect(units):
    """How often each branch was taken: {file: {(line, function, place): count}}"""
    result = {}
    for unit in units:
        for file in counts_of(unit):
            name = name_of(file["file"])
            if not name:
                continue
            taken = result.setdefault(name, Counter())
            for line in file["lines"]:
                where = (line["line_number"], line.get("function_name"))
                for place, branch in enumerate(line["branches"]):
                    if not branch["throw"]:
                        taken[(*where, place)] += branch["count"]
    return result


def report(name, taken):
    """Prints how many were taken, and the lines with those that were not."""
    reached = sum(count > 0 for count in taken.values())
    print(f"{name:32} {reached:4} of {len(taken):3}")
    text = (LIBRARY / name).read_text().splitlines()
    never = Counter(key[0] for key, count in taken.items() if count == 0)
    for line, count in sorted(never.items()):
        print(f"{line:6}  {text[line - 1].strip()}"
              + (f"  ({count} of them)" if count > 1 else ""))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1]).resolve()
    recipes = [json.loads((folder / one).read_text()) for one in RECIPES]
    own = folder / "tests/simulation/branches"
    units = compile_units(recipes[0], own)
    for recipe in recipes:
        play(recipe, units, own)
    for name, taken in sorted(collect(units).items()):
        if taken:
            report(name, taken)


if __name__ == "__main__":
    main()
