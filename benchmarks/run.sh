#!/usr/bin/env bash
#
# Runs all benchmark programs of a build one after the other and reports.
#
#   run.sh BUILD      takes about ten minutes

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1
results=$build/benchmarks/results
output=$here/results
repetitions=9

rm -rf "$results"
mkdir -p "$results"
for program in "$build"/benchmarks/bench-*; do
  name=${program##*/bench-}
  echo "-- $name"
  "$program" --benchmark_repetitions="$repetitions" \
    --benchmark_enable_random_interleaving=true \
    --benchmark_out="$results/$name.json" --benchmark_out_format=json \
    >"$results/$name.log" 2>&1 || { cat "$results/$name.log" >&2; exit 1; }
done

cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
version=$(<"$build/benchmarks/caf-version")
"$here/report.py" "$results" "$output" \
  --machine "${cpu:-unknown processor}, $(nproc) cores; CAF $version; medians of $repetitions repetitions"
