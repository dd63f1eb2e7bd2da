# A run that is killed again and again, and the questions asked afterwards. Sourced after lib.sh.
# shellcheck shell=bash
: "${work:?set by lib.sh}" "${docket:?set by lib.sh}"

now_ms() {
    date +%s%3N
}

# Usage: run_docket PLACE   One run over PLACE/inbox, in a process group of its own; sets run_pid.
start_run() {
    setsid "$docket" run --config "$1/docket.conf" --no-progress >"$1/run.out" 2>"$1/run.err" &
    run_pid=$!
}

# Usage: new_place PLACE   An inbox with the samples, an empty outbox and state, and $settings.
# DOCKET_LIGHT leaves out what needs OCR, for builds that are slow.
settings=
new_place() {
    rm -rf "$1"
    mkdir -p "$1"
    copy_samples "$1/inbox" inbox hostile
    if [ -n "${DOCKET_LIGHT:-}" ]; then
        find "$1/inbox" -type f \( -name '*.jpg' -o -name '*.png' -o -name '*.tif' -o -name '*-scan.pdf' \
            -o -name '*-mixed.pdf' -o -name '*-bomb.pdf' \) -delete
    fi
    printf '[paths]\ninbox=%s\noutbox=%s\nstate=%s\n[run]\nsettle=0\n%s\n' \
        "$1/inbox" "$1/outbox" "$1/state" "$settings" >"$1/docket.conf"
    (cd "$1/inbox" && find . -type f -exec sha256sum {} + | awk '{print $1}' | sort) >"$1/given"
}

# Usage: settle PLACE   Runs to the end; the samples give 0, or 3 for the hostile ones.
settle() {
    local status=0
    start_run "$1"
    wait "$run_pid" || status=$?
    case $status in
    0 | 3) ;;
    *)
        tail -n 20 "$1/run.err" >&2
        fail "docket run ended with exit code $status"
        ;;
    esac
}

check_books() {
    "$docket" audit --config "$1/docket.conf" >"$1/audit.out" 2>&1 && return 0
    cat "$1/audit.out" >&2
    fail "docket audit found a fault ($2)"
}

# Usage: check_books_now PLACE WHEN   The same right after a kill: a temp file may lie there until the
# next run takes it away, and nothing else may be wrong.
check_books_now() {
    "$docket" audit --config "$1/docket.conf" >"$1/audit.out" 2>&1 && return 0
    if grep -q '^in ' "$1/audit.out" && ! grep '^finding: ' "$1/audit.out" | grep -qv 'is a temp file'; then
        return 0
    fi
    cat "$1/audit.out" >&2
    fail "docket audit found a fault ($2)"
}

# The paths and content of what was delivered: records, reviews and failures without what differs
# from run to run (times, ids).
delivered() {
    (
        cd "$1/outbox" || exit 1
        find . -path ./archive -prune -o -type f ! -name '*.meta.json' ! -name '*.meta.jsonl' \
            ! -path './review/*' ! -name '*.reason.json' -exec sha256sum {} + | sort -k 2
        find . \( -path './review/*' -o -name '*.reason.json' -o -name '*.meta.json*' \) -type f | sort
    )
}

# Usage: check_end PLACE REFERENCE   Everything once, whole, and as an undisturbed run leaves it.
check_end() {
    local place=$1 file
    check_books "$place" "at the end"
    diff <(delivered "$2") <(delivered "$place") >"$place/difference" || {
        head -n 20 "$place/difference" >&2
        fail "the outbox differs from that of an undisturbed run (<), see above"
    }
    # Every original is there once, in the archive or among the failed; what stands in another document
    # (parent--name) is no original.
    (cd "$place/outbox" && find archive failed -type f ! -name '*.reason.json' ! -name '*.rows.jsonl' ! -name '*--*' -exec sha256sum {} + |
        awk '{print $1}' | sort) >"$place/kept"
    diff "$place/given" "$place/kept" >&2 || fail "an original is missing (<) or there twice (>)"
    [ -z "$(find "$place/inbox" -type f)" ] || fail "the inbox is not empty: $(find "$place/inbox" -type f | head -n 3)"
    # Nothing half-written, no temporary file.
    [ -z "$(find "$place/outbox" -type f -name '.*')" ] || fail "temporary files are left in the outbox"
    while IFS= read -r -d '' file; do
        jq -es . "$file" >/dev/null || fail "not whole: $file"
    done < <(find "$place/outbox/records" "$place/outbox/review" -type f -name '*.json*' -print0)
    # The ledger itself, asked without docket: no document twice, none without a verdict.
    [ -z "$(ask_ledger "$place" "SELECT name, path FROM documents WHERE kind != 'row' GROUP BY name, path, sha256 HAVING count(*) > 1")" ] ||
        fail "the ledger has a document twice"
    [ "$(ask_ledger "$place" "SELECT count(*) FROM documents WHERE verdict = 'held'")" = 0 ] ||
        fail "the ledger holds documents back after the last run"
    [ "$(ask_ledger "$place" "SELECT count(*) FROM effects WHERE done_us IS NULL")" = 0 ] ||
        fail "effects are owed after the last run"
}

ask_ledger() {
    sqlite3 -readonly "$1/state/ledger.db" "$2"
}

# Children of a killed supervisor must go with it, whatever process group they are in.
check_gone() {
    local pid tries
    for pid in "$@"; do
        for tries in $(seq 50); do
            kill -0 "$pid" 2>/dev/null || continue 2
            # A zombie whose new parent has not reaped it yet is gone for our purpose.
            case $(ps -o stat= -p "$pid" || true) in Z*) continue 2 ;; esac
            sleep 0.1
        done
        fail "process $pid outlives the killed run by $((tries / 10)) s: $(ps -o args= -p "$pid" || true)"
    done
}

# Usage: kill_run PLACE   Stops the supervisor, so that its list of children is whole, then kills it
# and everything in its group.
kill_run() {
    local children
    kill -STOP "$run_pid" 2>/dev/null || return 1
    children=$(pgrep -P "$run_pid" || true)
    kill -9 -- "-$run_pid" 2>/dev/null || true
    wait "$run_pid" 2>/dev/null || true
    # shellcheck disable=SC2086  # a list of numbers
    check_gone $children
    [ -z "$children" ] || seen_readers=1
}

# Usage: storm PLACE REFERENCE MILLISECONDS KILLS   Kills at random moments of a run that takes that
# long undisturbed. When a run gets to its end, its books are checked and a new inbox is begun.
seen_readers=
rounds=0
after_round= # a function to be called with the place, or empty
storm() {
    local place=$1 reference=$2 length=$3 kills=$4 killed=0 delay
    new_place "$place"
    while [ "$killed" -lt "$kills" ]; do
        start_run "$place"
        delay=$(((RANDOM * 32768 + RANDOM) % length))
        sleep "$(printf '%d.%03d' $((delay / 1000)) $((delay % 1000)))"
        if kill_run "$place"; then
            killed=$((killed + 1))
            if [ -f "$place/state/ledger.db" ]; then
                check_books_now "$place" "after kill $killed, $delay ms into the run"
            fi
        else
            finish_round "$place" "$reference"
            new_place "$place"
        fi
    done
    finish_round "$place" "$reference"
    [ -n "$seen_readers" ] || fail "no kill met a reader at work: the storm proved little"
}

# Usage: finish_round PLACE REFERENCE   Runs what is left to the end and asks for the books.
finish_round() {
    wait "$run_pid" 2>/dev/null || true
    settle "$1"
    check_end "$1" "$2"
    [ -z "$after_round" ] || "$after_round" "$1"
    rounds=$((rounds + 1))
}
