#!/usr/bin/python3
"""Counts the instructions of each hit path and compares them with those
recorded. More than the tolerance above is a regression and fails.

Usage: instructions.py PROGRAM RECORDED --built-with TEXT [--record]

Counts hold for one compiler and one CAF. With others there is nothing to
compare; the exit code is then 77, which ctest calls skipped, or with CI set in
the environment 1: a guard must not vanish there.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PATHS = ("fetch", "receiver", "receiver-by-message", "whole-request", "whole-request-by-message", "blocking-fetch", "fast-read")
SHORT = ("blocking-fetch", "fast-read")
TOLERANCE = 0.05
SKIPPED = 1 if os.environ.get("CI") else 77


def count(program, path, times):
    """The instructions of a whole run."""
    with tempfile.TemporaryDirectory() as folder:
        run = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", program, path, str(times)],
            capture_output=True, text=True, check=False,
        )
    if run.returncode != 0:
        sys.exit(f"{path}: {run.stderr}")
    return int(re.search(r"Collected : (\d+)", run.stderr)[1])


def per_round(program, path):
    """What is left when start and end of the program cancel out, which differ by
    some thousands from run to run."""
    few = 200
    many = few + (100_000 if path in SHORT else 1000)
    return (count(program, path, many) - count(program, path, few)) / (many - few)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("recorded", type=pathlib.Path)
    parser.add_argument("--built-with", required=True)
    parser.add_argument("--record", action="store_true")
    args = parser.parse_args()
    recorded = json.loads(args.recorded.read_text())
    if recorded["built with"] != args.built_with and not args.record:
        print(f"recorded with {recorded['built with']}, this is {args.built_with}")
        return SKIPPED
    if shutil.which("valgrind") is None:
        print("valgrind is not here")
        return SKIPPED
    counts = {path: per_round(args.program, path) for path in PATHS}
    if not args.record and counts.keys() != recorded["instructions"].keys():
        print("other paths were recorded")
        return 1
    if args.record:
        text = {"built with": args.built_with, "instructions": {k: round(v, 1) for k, v in counts.items()}}
        args.recorded.write_text(json.dumps(text, indent=2) + "\n")
    failed = False
    for path, found in counts.items():
        before = recorded["instructions"].get(path, found)
        worse = found > before * (1 + TOLERANCE)
        failed |= worse
        print(f"{path:25} {found:9.1f} recorded {before:9.1f}{'  WORSE' if worse else ''}")
    return 1 if failed and not args.record else 0


if __name__ == "__main__":
    sys.exit(main())
