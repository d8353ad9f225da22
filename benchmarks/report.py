#!/usr/bin/python3
"""Turns the results of all benchmarks into a table and plots.

Usage: report.py RESULTS OUTPUT --machine TEXT

RESULTS holds one JSON file of Google Benchmark for each program. OUTPUT gets
results.md and the plots. Every figure is a ratio of medians from one run.
"""

import argparse
import json
import pathlib
import statistics
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

THREADS = (1, 2, 4, 8)
CROWDS = (10, 1000, 100000, 1000000)


class Results:
    """The repetitions of every benchmark, by program and name."""

    def __init__(self, folder):
        self.runs = {}
        for path in sorted(folder.glob("*.json")):
            for run in json.loads(path.read_text())["benchmarks"]:
                if run.get("error_occurred"):
                    sys.exit(f"{path.stem}: {run['name']}: {run['error_message']}")
                if run["run_type"] == "iteration":
                    key = (path.stem, run["run_name"])
                    self.runs.setdefault(key, []).append(run)

    def samples(self, program, name, field="time"):
        """One value per repetition; times are nanoseconds of one round."""
        found = [
            runs
            for (file, run), runs in self.runs.items()
            if file == program and matches(run, name)
        ]
        if len(found) != 1:
            sys.exit(f"{program}: {len(found)} results are called {name}")
        return [value(run, field) for run in found[0]]

    def median(self, *key):
        return statistics.median(self.samples(*key))


def matches(run_name, name):
    """Holds if the name and its arguments agree, whatever the modifiers."""
    modifiers = ("iterations:", "repeats:", "manual_time", "real_time")
    parts = [x for x in run_name.split("/") if not x.startswith(modifiers)]
    return "/".join(parts) == name


def value(run, field):
    if field != "time":
        return run[field]
    if "items_per_second" in run:
        return 1e9 / run["items_per_second"]
    return run["real_time"] * {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[run["time_unit"]]


def questions():
    """Yields (question, compared with, program, ours, theirs, field, target).

    A target is the most that the ratio may be, or the least if it is negative.
    """
    row = lambda *x, field="time": (*x[:5], field, x[5])  # noqa: E731
    yield row("cached fetch, by message", "bare round trip", "cached_fetch", "cached_fetch", "bare_round_trip", 1.15)
    yield row("standing receiver, by message", "two bare round trips", "standing_receiver", "receiver_by_message", "two_bare_round_trips", 1.15)
    yield row("standing receiver, fast read inside", "two bare round trips", "standing_receiver", "receiver_with_fast_read", "two_bare_round_trips", 0.7)
    yield row("whole request, by message", "bare spawn + two round trips", "whole_request", "request_by_message", "bare_spawn_and_two_round_trips", 1.1)
    yield row("whole request, fast read inside", "bare spawn + two round trips", "whole_request", "request_with_fast_read", "bare_spawn_and_two_round_trips", 0.8)
    for size in CROWDS:
        yield row(f"{size:,} receivers alive, fast read inside", "as many bare actors", "many_receivers", f"crowd_of_receivers/{size}", f"bare_crowd/{size}", 1.15)
        yield row(f"{size:,} receivers alive, by message", "as many bare actors and a server, two round trips", "many_receivers", f"crowd_of_receivers_by_message/{size}", f"bare_crowd_and_server/{size}", 1.15)
    for threads in (1, 2):
        yield row(f"cold herd of 100,000 fetches, {threads} worker(s)", "source time + 100,000 bare messages", "cold_herd", f"cold_herd/{threads}", f"source_time_and_bare_messages/{threads}", 1.5)
    for threads in (1, 2):
        yield row(f"rejection storm of 10,000 receivers, {threads} worker(s)", "source time + bare messages", "rejection_storm", f"rejection_storm/{threads}", f"source_time_and_bare_messages/{threads}", 1.5)
    yield row("fetches per second during a refresh", "without one", "renewal_under_load", "during_a_refresh", "without_a_refresh", 1 / 0.95)
    yield row("100,000 bearers, one renewal a minute each: processor time", "bare actors with one timer each", "many_bearers", "bearers", "bare_actors_with_a_timer", 2.0)
    for size in (1024, 8192):
        yield row(f"token of {size:,} B", "token of 100 B", "token_size", f"fetch_token_of_size/{size}", "fetch_token_of_size/100", 1.1)
    yield row("blocking fetch", "scoped_actor request", "blocking_fetch", "blocking_fetch", "scoped_actor_request", 1.1)
    yield row("blocking fetch, by message", "scoped_actor request", "blocking_fetch", "blocking_fetch_by_message", "scoped_actor_request", 1.1)
    yield row("fetch on another node, by message", "the same on the owner's node", "remote_fetch", "replica_fetch", "local_fetch", 1.1)
    for other in ("mutex_and_shared_ptr", "shared_mutex_and_shared_ptr", "atomic_shared_ptr"):
        yield row("fast read, 1 thread", other, "fast_read", "fast_read/threads:1", f"{other}/threads:1", 0.1)
    yield row("fast read, 2 threads", "mutex_and_shared_ptr", "fast_read", "fast_read/threads:2", "mutex_and_shared_ptr/threads:2", 1 / 40)
    for threads in THREADS[1:]:
        yield row(f"fast read, {threads} threads: processor time", "the same with 1 thread", "fast_read", f"fast_read/threads:{threads}", "fast_read/threads:1", 1.1, field="cpu_time")


def memory(results):
    """Yields (what, bytes beyond plain actors, target)."""
    def beyond(program, ours, theirs):
        return results.median(program, ours, "bytes") - results.median(program, theirs, "bytes")

    yield "a receiver, beyond a bare typed actor", beyond("whole_request", "memory_of_a_receiver", "memory_of_a_bare_actor"), 256
    yield "a bearer, beyond its bare actors", beyond("many_bearers", "bearers", "bare_actors_with_a_timer"), 512


def spread(samples):
    """Half the distance between the quartiles, in per cent of the median."""
    if len(samples) < 4:
        return "-"
    low, middle, high = statistics.quantiles(samples, n=4)
    return f"{50 * (high - low) / middle:.0f} %"


def duration(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if ns >= size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns:.3g} ns"


def table(results):
    yield "| question | time | spread | compared with | time | ratio | target |"
    yield "|---|---|---|---|---|---|---|"
    for question, against, program, ours, theirs, field, target in questions():
        mine = results.samples(program, ours, field)
        other = results.samples(program, theirs, field)
        ratio = statistics.median(mine) / statistics.median(other)
        verdict = "" if ratio <= target else " **missed**"
        yield (
            f"| {question} | {duration(statistics.median(mine))} | {spread(mine)} "
            f"| {against.replace('_', ' ')} | {duration(statistics.median(other))} "
            f"| {ratio:.3g} | {target:.3g}{verdict} |"
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
    # Without the date, equal results make equal files.
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def plots(results, output):
    plot(
        output / "receivers.svg", "A fetch, by the number of receivers alive",
        "receivers", "ns", CROWDS,
        [
            (label, [results.median("many_receivers", f"{name}/{n}") for n in CROWDS])
            for label, name in (
                ("bare actors", "bare_crowd"),
                ("receivers, fast read inside", "crowd_of_receivers"),
                ("bare actors and a server", "bare_crowd_and_server"),
                ("receivers, by message", "crowd_of_receivers_by_message"),
            )
        ],
    )
    plot(
        output / "threads.svg", "Reading the token, by the number of threads",
        "threads", "processor time per read, ns", THREADS,
        [
            (name.replace("_", " "), [statistics.median(results.samples("fast_read", f"{name}/threads:{n}", "cpu_time")) for n in THREADS])
            for name in ("mutex_and_shared_ptr", "shared_mutex_and_shared_ptr", "atomic_shared_ptr", "fast_read")
        ],
        logy=True,
    )
    waiters = (1000, 10000, 100000)
    plot(
        output / "waiters.svg", "A herd that waits for one attempt of 50 ms",
        "fetches at once", "ms", waiters,
        [
            (label, [results.median("waiters", f"{name}/{n}") / 1e6 for n in waiters])
            for label, name in (("bare messages", "bare_messages"), ("bearer", "herd"))
        ],
    )
    bearers = (100, 1000, 10000)
    plot(
        output / "bearers.svg", "A fetch, by the number of bearers in use",
        "bearers", "ns", bearers,
        [
            (label, [results.median("bearers_in_use", f"{name}/{n}") for n in bearers])
            for label, name in (("bare actors", "bare_servers"), ("bearers", "bearers"))
        ],
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
