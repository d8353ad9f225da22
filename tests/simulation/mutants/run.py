#!/usr/bin/python3
"""Builds the mutants of a list and lets the simulation find each of them.

    run.py RECIPE [NAME...]    all mutants, or those with these names

RECIPE is a file that CMake writes: which list, how to compile and link, and
within how many scenarios a mutant has to be found. Exit status 0 only
if the simulation finds a fault in every mutant, which means that it names an
invariant that the mutant `breaks`, or one of those that it says are rightly
noticed first, `killed_by`. Crashes, hangs and the like do not count. What nobody
has changed is built in the same way, and must pass.
"""

import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

# In seconds; many times what a run takes, on a machine with better things to do.
PATIENCE = 900

# What the simulation prints of a fault, and how to see it again.
FAULT = re.compile(r"^seed \d+: ((I\d+): .+)$", re.MULTILINE)
AGAIN = re.compile(r"^again: (.+)$", re.MULTILINE)

INVARIANT = re.compile(r"I\d+")


def fail(text):
    sys.exit(f"error: {text}")


def mutated(mutant, source):
    """The source with the mutation in it."""
    text = source.read_text()
    old = mutant["old"]
    if old is None:
        return text
    if text.count(old) != 1:
        fail(f"{mutant['name']}: what it replaces stands {text.count(old)} times"
             f" in {mutant['file']}")
    return text.replace(old, mutant["new"])


def compile_command(recipe, source, mutant_source, target):
    """How CMake compiles the source, with another source in its place."""
    for entry in json.loads(Path(recipe["commands"]).read_text()):
        if Path(entry["file"]) == source:
            words = shlex.split(entry["command"])
            break
    else:
        fail(f"{source} is not compiled")
    words[words.index("-o") + 1] = str(target)
    words[words.index("-c") + 1] = str(mutant_source)
    # Mutants may leave something unused, and run for seconds only.
    return words + ["-O0", "-g0", "-w"]


def run(recipe, command):
    result = subprocess.run(command, capture_output=True, text=True,
                            cwd=recipe["folder"])
    if result.returncode != 0:
        fail(f"{shlex.join(command)}\n{result.stderr}")


def build(recipe, mutant):
    """Makes the mutant's simulation and gives its path."""
    folder = Path(recipe["folder"]) / mutant["name"]
    folder.mkdir(parents=True, exist_ok=True)
    source = Path(recipe["library_folder"]) / mutant["file"]
    mutant_source = folder / source.name
    mutant_source.write_text(mutated(mutant, source))
    target = folder / "mutant.o"
    program = folder / "simulate"
    run(recipe, compile_command(recipe, source, mutant_source, target))
    # CMake counts the precompiled header among the objects.
    objects = [one for one in recipe["objects"] if one.endswith(".o")]
    # Before the library, whose own version of the file is then left out.
    run(recipe, [recipe["compiler"], "-o", str(program), str(target)]
        + objects + recipe["libraries"])
    return program


def killers(mutant):
    """The invariants that may be named when the mutant is found."""
    return INVARIANT.findall(mutant["breaks"]) + mutant.get("killed_by", [])


def call(command):
    """Exit status and output."""
    result = subprocess.run(command, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True,
                            timeout=PATIENCE)
    return result.returncode, result.stdout.strip()


def see_again(output):
    """Does as the simulation says, and adds what is wrong with what it says."""
    fault, again = FAULT.search(output), AGAIN.search(output)
    if not fault or not again or "--keep=" not in again[1]:
        return "NO WORD OF HOW TO SEE IT AGAIN: " + output
    status, seen = call(shlex.split(again[1]))
    if status != 1 or seen.splitlines()[-1] != fault[1]:
        return f"NOT SEEN AGAIN: {again[1]}\n{seen}"
    return output


def play(recipe, mutant):
    """Exit status and output of the mutant's simulation; None if it hangs."""
    program = build(recipe, mutant)
    command = [program, f"--seeds={recipe['seeds']}", "--jobs=1"]
    try:
        if not mutant.get("seen_again"):
            return call(command + ["--terse"])
        status, output = call(command)
        return status, see_again(output)
    except subprocess.TimeoutExpired:
        return None, f"no end within {PATIENCE} s"
    finally:
        program.unlink()


def hunt(recipe, mutant):
    """Whether the simulation names a fault of the mutant, and what it says."""
    status, output = play(recipe, mutant)
    if status == 0:
        return False, "SURVIVES"
    fault = FAULT.search(output) if status == 1 else None
    if not fault:
        return False, f"NO FAULT NAMED: {output}"
    if fault[2] not in killers(mutant):
        return False, f"FOUND BY ANOTHER RULE: {fault[0]}"
    return True, fault[0]


def main():
    if len(sys.argv) < 2:
        fail(__doc__)
    recipe = json.loads(Path(sys.argv[1]).read_text())
    mutants = tomllib.loads(Path(recipe["mutants"]).read_text())["mutant"]
    # The library as it is, made as the mutants are.
    unchanged = {"name": "baseline", "file": mutants[0]["file"],
                 "old": None, "new": None}
    names = sys.argv[2:]
    if unknown := set(names) - {one["name"] for one in mutants}:
        fail(f"no such mutant: {', '.join(unknown)}")
    chosen = [one for one in mutants if not names or one["name"] in names]
    survivors = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        baseline = pool.submit(play, recipe, unchanged)
        found = pool.map(lambda one: hunt(recipe, one), chosen)
        for mutant, (killed, words) in zip(chosen, found):
            print(f"{mutant['name']:40} {mutant['breaks'].split(',')[0]:16}"
                  f" {words}", flush=True)
            if not killed:
                survivors.append(mutant["name"])
        status, output = baseline.result()
    print(f"{unchanged['name']:57} {output}")
    if status != 0:
        fail("the simulation finds fault with what nobody has changed")
    if survivors:
        fail(f"the simulation does not find {', '.join(survivors)}")
    print(f"{len(chosen)} mutants, all found")


if __name__ == "__main__":
    main()
