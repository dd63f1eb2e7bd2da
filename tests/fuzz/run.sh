#!/bin/bash
# Fuzzes every target with clang's libFuzzer and the address and undefined-behaviour sanitizers.
# Usage: run.sh [SECONDS for each target, default 60; --long: 600] [TARGET…]
#   run.sh --long json regex formats schema evaluate      all that a JSON Schema and its instances go through
# Exit 0: each ran to its end and found nothing.
# What it finds lies in build/fuzz/found; new inputs that reach new code in build/fuzz/corpus.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
build=$source/build/fuzz
seconds=${1:-60}
shift || true
[ "$seconds" != --long ] || seconds=600
command -v clang >/dev/null || {
    echo "fuzzing needs clang (tools/packages-fuzz)" >&2
    exit 1
}

mkdir -p "$build/found"
flags="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
cmake -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_COMPILER=clang \
    -DDOCKET_FUZZ=ON -DCMAKE_C_FLAGS="$flags" >"$build.log" 2>&1 || {
    tail -n 20 "$build.log" >&2
    exit 1
}
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for file in "$source"/tests/fuzz/fuzz-*.c; do
        name=$(basename "$file" .c)
        targets+=("${name#fuzz-}")
    done
fi
ninja -C "$build" --quiet "${targets[@]/#/fuzz-}"

failed=0
for target in "${targets[@]}"; do
    mkdir -p "$build/corpus/$target"
    echo "== fuzz-$target for $seconds s"
    # The first folder takes what is new; the seeds in the tree are only read.
    if ! LSAN_OPTIONS=suppressions=$source/tests/lsan.supp "$build/fuzz-$target" \
        -max_total_time="$seconds" -timeout=25 -max_len=16384 -rss_limit_mb=3000 -print_final_stats=1 \
        -artifact_prefix="$build/found/$target-" \
        "$build/corpus/$target" "$source/tests/fuzz/corpus/$target" >"$build/$target.log" 2>&1; then
        failed=1
        grep -E 'ERROR|SUMMARY|Test unit written' "$build/$target.log" || tail -n 5 "$build/$target.log"
    else
        grep -E 'number_of_executed_units|peak_rss_mb' "$build/$target.log"
    fi
done
exit $failed
