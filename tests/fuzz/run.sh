#!/usr/bin/env bash
#
# Lets libFuzzer look for input that breaks something.
#
#   run.sh BUILD_FOLDER SECONDS
#
# What it learns is kept in the build folder, what breaks something as well.

set -euo pipefail

build=$1
seconds=$2
corpus=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/corpus

for folder in "$corpus"/*/; do
  target=$(basename "$folder")
  learned=$build/corpus/$target
  mkdir -p "$learned"
  echo "-- fuzzing $target for $seconds seconds"
  "$build/tests/fuzz/fuzz-$target" -max_total_time="$seconds" \
    -verbosity=0 -artifact_prefix="$build/$target-" -timeout=10 \
    "$learned" "$folder" >"$build/$target.log" 2>&1 || {
    tail -n 40 "$build/$target.log" >&2
    echo "error: $target is broken by $build/$target-*" >&2
    exit 1
  }
done
