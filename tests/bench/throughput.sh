#!/bin/bash
# Documents per second and peak memory: the sample inbox, 100 digital PDFs of the test data, 10,000
# rows of CSV with the template. Prints a table. Usage: throughput.sh [samples] [pdfs] [rows]
# CPU seconds are the figure to compare: wall time depends on what else the machine does.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"

high_water() { # of a process, in kB; 0 when it is gone
    awk '/^VmHWM:/ { print $2; found = 1 } END { if (!found) print 0 }' "/proc/$1/status" 2>/dev/null || echo 0
}

# Usage: watch PID   Peak memory of it and of its largest child, until it ends: kB in $work/peak.
watch() {
    local pid=$1 supervisor=0 reader=0 kb child
    while kill -0 "$pid" 2>/dev/null; do
        kb=$(high_water "$pid")
        [ "$kb" -le "$supervisor" ] || supervisor=$kb
        for child in $(cat "/proc/$pid/task/$pid/children" 2>/dev/null || pgrep -P "$pid" || true); do
            kb=$(high_water "$child")
            [ "$kb" -le "$reader" ] || reader=$kb
        done
        sleep 0.05
    done
    echo "$supervisor $reader" >"$work/peak"
}

# Usage: measure NAME   One run over $place/inbox, one line of the table; rows of batches count one
# each, as the accounting line has it.
measure() {
    local name=$1 status=0 pid watcher times supervisor reader account units
    TIMEFORMAT='%R %U %S'
    {
        time {
            "$docket" run --no-progress -q --inbox "$place/inbox" --outbox "$place/outbox" \
                --state "$place/state" >"$place/out" 2>"$place/err" &
            pid=$!
            watch "$pid" &
            watcher=$!
            wait "$pid" || status=$?
        }
    } 2>"$work/times"
    wait "$watcher"
    case $status in 0 | 3) ;; *)
        tail -n 5 "$place/err" >&2
        fail "docket run ended with exit code $status"
        ;;
    esac
    times=$(tail -n 1 "$work/times")
    read -r supervisor reader <"$work/peak"
    account=$("$docket" stats --state "$place/state" | grep -E '^in [0-9]+ = ')
    echo "$name: $account" >>"$work/accounts"
    units=$(awk '{ print $2 }' <<<"$account")
    awk -v name="$name" -v n="$units" -v times="$times" -v s="$supervisor" -v r="$reader" 'BEGIN {
        split(times, t, " ")
        printf "| %s | %d | %.1f | %.1f | %.1f | %.1f | %.0f | %.0f |\n", name, n, t[1], n / t[1],
            t[2] + t[3], n / (t[2] + t[3]), s / 1024, r / 1024 }'
}

new_inbox() {
    place=$work/$1
    mkdir -p "$place/inbox"
}

bench_samples() {
    new_inbox samples
    copy_samples "$place/inbox" inbox
    measure "sample inbox"
}

bench_pdfs() {
    local n=0 file
    if [ ! -d "$DOCKET_CORPUS/pdf-digital" ]; then
        echo "skipped: no pdf-digital in the test data folder" >&2
        return
    fi
    new_inbox pdfs
    mkdir "$place/inbox/invoice"
    while IFS= read -r file; do
        n=$((n + 1))
        cp "$file" "$place/inbox/invoice/$(printf '%03d' "$n").pdf"
    done < <(find "$DOCKET_CORPUS/pdf-digital" "$DOCKET_CORPUS/pdf-tables" -name '*.pdf' | sort | head -n 100)
    measure "100 digital PDFs"
}

# The samples' 200 listings, fifty times, each time with another number before the SKU, so that none
# is known already.
bench_rows() {
    local csv times=${DOCKET_BENCH_TIMES:-50} n
    csv=$DOCKET_SOURCE/samples/inbox/listing/price-list.csv
    new_inbox rows
    mkdir "$place/inbox/listing"
    {
        head -n 1 "$csv"
        for n in $(seq "$times"); do
            sed -e 1d -e "s/^/$n-/" "$csv"
        done
    } >"$place/inbox/listing/many.csv"
    measure "CSV listings with the template"
}

echo "| what | documents | wall s | per s | CPU s | per CPU s | supervisor MB | largest reader MB |"
echo "|---|---:|---:|---:|---:|---:|---:|---:|"
for part in "${@:-samples pdfs rows}"; do
    for name in $part; do
        "bench_$name"
    done
done
echo
cat "$work/accounts"
