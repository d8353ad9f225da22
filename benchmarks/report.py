#!/usr/bin/python3
"""Turns the results of all benchmarks into a table and plots.

Usage: report.py RESULTS OUTPUT --machine TEXT

RESULTS holds one JSON file of Google Benchmark for each program. OUTPUT gets
results.md and the plots. Each repetition of a benchmark measured what is asked
and what it is compared with in turn; a ratio is the median of theirs.
"""

import argparse
import json
import pathlib
import statistics
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

# Without these and the date, equal results make equal files.
matplotlib.rcParams["svg.hashsalt"] = "libbearer"

THREADS = (1, 2, 4, 8)
CROWDS = (10, 1000, 100000, 1000000)
LOCKS = ("mutex_and_shared_ptr", "shared_mutex_and_shared_ptr", "atomic_shared_ptr")


class Results:
    """The repetitions of every benchmark, by program and name."""

    def __init__(self, folder):
        self.runs = {}
        for path in sorted(folder.glob("*.json")):
            for run in json.loads(path.read_text())["benchmarks"]:
                if run.get("error_occurred"):
                    sys.exit(f"{path.stem}: {run['name']}: {run['error_message']}")
                if run["run_type"] == "iteration":
                    key = (path.stem, bare_name(run["run_name"]))
                    self.runs.setdefault(key, []).append(run)

    def samples(self, program, name, field):
        """One value per repetition."""
        if (program, name) not in self.runs:
            sys.exit(f"{program}: no result is called {name}")
        return [run[field] for run in self.runs[program, name]]

    def ours(self, program, name):
        """Nanoseconds."""
        times = self.samples(program, name, "real_time")
        units = self.samples(program, name, "time_unit")
        return [time * UNITS[unit] for time, unit in zip(times, units)]

    def theirs(self, program, name):
        """Nanoseconds of what it is compared with."""
        return self.counter(program, name, "compared")

    def pair(self, program, name, counter=None):
        """Both, of the time or of a counter of seconds."""
        if counter is None:
            return self.ours(program, name), self.theirs(program, name)
        return tuple(self.counter(program, name, prefix + counter) for prefix in ("", "compared_"))

    def counter(self, program, name, which):
        return [1e9 * x for x in self.samples(program, name, which)]


UNITS = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}


def bare_name(run_name):
    """The name and its arguments without modifiers."""
    modifiers = ("iterations:", "repeats:", "manual_time", "real_time")
    return "/".join(x for x in run_name.split("/") if not x.startswith(modifiers))


def questions():
    """Yields (question, compared with, program, name, the most it may be if
    there is a target), and the counter that is asked for if it is not the time."""
    yield "cached fetch, by message", "bare round trip", "cached_fetch", "cached_fetch", 1.15
    yield "standing receiver, by message", "two bare round trips", "standing_receiver", "receiver_by_message", 1.15
    yield "standing receiver, fast read inside", "two bare round trips", "standing_receiver", "receiver_with_fast_read", 0.7
    yield "whole request, by message", "bare spawn + two round trips", "whole_request", "request_by_message", 1.1
    yield "whole request, fast read inside", "bare spawn + two round trips", "whole_request", "request_with_fast_read", 0.8
    for size in CROWDS:
        yield f"{size:,} receivers alive, fast read inside", "as many bare actors", "many_receivers", f"crowd_of_receivers/{size}", 1.15
        yield f"{size:,} receivers alive, by message", "as many bare actors and a server, two round trips", "many_receivers", f"crowd_of_receivers_by_message/{size}", 1.15
    for workers in (1, 2):
        yield f"cold herd of 100,000 fetches, {workers} worker(s)", "source time + 100,000 bare round trips", "cold_herd", f"cold_herd/100000/workers:{workers}", 1.5
    for workers in (1, 2):
        yield f"rejection storm of 10,000 receivers, {workers} worker(s)", "source time + 10,000 bare round trips", "rejection_storm", f"rejections/workers:{workers}", 1.5
    for workers in (1, 2):
        yield f"rejection storm, and each fetches again, {workers} worker(s)", "source time + 10,000 bare actors asked twice, of which one is passed on", "rejection_storm", f"retries/workers:{workers}", 1.5
    yield "fetch during a refresh", "without one", "renewal_under_load", "during_a_refresh", 1 / 0.95
    for size in (10_000, 100_000):
        yield f"{size:,} bearers, one renewal a minute each: processor time of one", "bare actors with one timer each", "many_bearers", f"bearers/{size}", 2.0
        yield f"{size:,} bearers, one renewal a minute each: time between two", "bare actors with one timer each", "many_bearers", f"bearers/{size}", 1 / 0.95, "apart"
    for size in (1024, 8192):
        yield f"token of {size:,} B", "token of 100 B", "token_size", f"fetch_token_of_size/{size}", 1.1
    yield "blocking fetch", "scoped_actor request", "blocking_fetch", "blocking_fetch", 1.1
    yield "blocking fetch, by message", "scoped_actor request", "blocking_fetch", "blocking_fetch_by_message", 1.1
    yield "fetch on another node, by message", "local cached fetch", "remote_fetch", "replica_fetch", 1.1
    for lock in LOCKS:
        yield "fast read, 1 thread", spoken(lock), "fast_read", f"{lock}/1", 0.1
    for lock in (f"{lock}_with_coarse_clock" for lock in LOCKS):
        yield "fast read, 1 thread", spoken(lock), "fast_read", f"{lock}/1", None
    yield "fast read, 2 threads", spoken(LOCKS[0]), "fast_read", f"{LOCKS[0]}/2", 1 / 40
    for threads in THREADS[1:]:
        yield f"fast read, {threads} threads at once: processor time", "the same threads one after the other", "fast_read", f"threads_at_once/{threads}", 1.1
    yield "fast read beside a thread that fetches: processor time", "beside a thread that reads", "fast_read", "beside_fetches", 1.1


def memory(results):
    """Yields (what, bytes beyond plain actors, target)."""
    for what, program, name, target in (
        ("a receiver, beyond a bare typed actor", "whole_request", "memory_of_a_receiver", 256),
        ("a bearer, beyond its bare actors", "many_bearers", "bearers/100000", 512),
    ):
        ours = results.samples(program, name, "bytes")
        theirs = results.samples(program, name, "compared_bytes")
        yield what, statistics.median(a - b for a, b in zip(ours, theirs)), target


def spoken(name):
    return name.replace("_", " ")


def spread(samples):
    """Half the distance between the quartiles, in per cent of the median."""
    low, middle, high = statistics.quantiles(samples, n=4)
    return f"{50 * (high - low) / middle:.0f} %"


def duration(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if ns >= size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns:.3g} ns"


def aim(ratio, target):
    """The target, if there is one, and whether it was met."""
    if target is None:
        return ""
    return f"{target:.3g}" + ("" if ratio <= target else " **missed**")


def table(results):
    yield "| question | time | compared with | time | ratio | spread | target |"
    yield "|---|---|---|---|---|---|---|"
    for question, against, program, name, target, *counter in questions():
        ours, theirs = results.pair(program, name, *counter)
        ratios = [a / b for a, b in zip(ours, theirs)]
        ratio = statistics.median(ratios)
        yield (
            f"| {question} | {duration(statistics.median(ours))} "
            f"| {against} | {duration(statistics.median(theirs))} "
            f"| {ratio:.3g} | {spread(ratios)} | {aim(ratio, target)} |"
        )
    yield ""
    yield "| memory of | bytes | target |"
    yield "|---|---|---|"
    for what, found, target in memory(results):
        verdict = "" if found <= target else " **missed**"
        yield f"| {what} | {found:.0f} | {target}{verdict} |"


def plot(path, title, xlabel, ylabel, xs, lines, logy=False):
    figure, axes = plt.subplots(figsize=(6.4, 3.6))
    for label, ys in lines:
        axes.plot(xs, ys, marker="o", label=label)
    axes.set_xscale("log", base=2 if max(xs) <= 64 else 10)
    axes.set_xticks(xs, [f"{x:,}" for x in xs])
    axes.minorticks_off()
    if logy:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.set(title=title, xlabel=xlabel, ylabel=ylabel)
    axes.grid(True, alpha=0.3)
    axes.legend(fontsize="small")
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def plots(results, output):
    def line(label, values, unit=1):
        return label, [statistics.median(x) / unit for x in values]

    def pair(ours, theirs, names, unit=1):
        return [
            line(theirs, [results.theirs(*name) for name in names], unit),
            line(ours, [results.ours(*name) for name in names], unit),
        ]

    read, asked = ([("many_receivers", f"{x}/{n}") for n in CROWDS] for x in ("crowd_of_receivers", "crowd_of_receivers_by_message"))
    plot(
        output / "receivers.svg", "A fetch, by the number of receivers alive",
        "receivers", "ns", CROWDS,
        pair("receivers, fast read inside", "bare actors", read)
        + pair("receivers, by message", "bare actors and a server", asked),
    )
    locks = {x: [("fast_read", f"{x}/{n}") for n in THREADS] for x in LOCKS}
    plot(
        output / "threads.svg", "Reading the token, by the number of threads",
        "threads", "ns per read, all threads together", THREADS,
        [line(spoken(x), [results.theirs(*name) for name in locks[x]]) for x in LOCKS]
        + [line("fast read", [results.ours(*name) for name in locks[LOCKS[0]]])],
        logy=True,
    )
    herds = (1000, 10000, 100000)
    plot(
        output / "waiters.svg", "A herd that waits for one attempt of 50 ms",
        "fetches at once", "ms", herds,
        pair("bearer", "bare round trips", [("cold_herd", f"cold_herd/{n}/workers:1") for n in herds], 1e6),
    )
    bearers = (100, 1000, 10000)
    plot(
        output / "bearers.svg", "A fetch, by the number of bearers in use",
        "bearers", "ns", bearers,
        pair("bearers", "bare actors", [("bearers_in_use", f"bearers/{n}") for n in bearers]),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--machine", required=True)
    args = parser.parse_args()
    results = Results(args.results)
    args.output.mkdir(parents=True, exist_ok=True)
    text = [args.machine, "", *table(results), ""]
    (args.output / "results.md").write_text("\n".join(text))
    plots(results, args.output)
    print("\n".join(text))


if __name__ == "__main__":
    main()
