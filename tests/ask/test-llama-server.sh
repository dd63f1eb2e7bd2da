#!/bin/bash
# The client, unchanged, against llama.cpp's server with a tiny model of random weights: what it says
# makes no sense, but its schema is enforced, its streams and log-probabilities are real. Skipped
# unless DOCKET_LLAMA_SERVER is its address, or the script that starts one is at hand (for root).
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/ask/servers.sh
. "$(dirname "$0")/servers.sh"
need_command jq
need_command sqlite3
starter=$DOCKET_CORPUS/../tools/real-llm-server
url=${DOCKET_LLAMA_SERVER:-}
if [ -z "$url" ]; then
    [ -n "${DOCKET_START_LLAMA_SERVER:-}" ] || skip "neither DOCKET_LLAMA_SERVER nor DOCKET_START_LLAMA_SERVER is set"
    [ -x "$starter" ] || skip "no $starter"
    url=$("$starter" start 18099) || skip "llama-server does not start"
    end_server() {
        "$starter" stop 18099
        leave
    }
    trap end_server EXIT
fi

# doctor finds out what it can do, by asking.
printf '[model]\nbase_url=%s/v1\nname=tiny\ntimeout=60\nschema=llama-server\n' "$url" >"$work/plain.conf"
"$docket" doctor --models --config "$work/plain.conf" --json >"$work/doctor.json" || true
found() {
    jq -r --arg check "$1" '.checks[] | select(.check == $check) | .sentence' "$work/doctor.json"
}
for check in model schema limit stream usage logprobs; do
    [ -n "$(found $check)" ] || fail "doctor says nothing of $check: $(cat "$work/doctor.json")"
done
found schema | grep -q '^enforced' || fail "doctor: schema: $(found schema)"
found limit | grep -q 'is obeyed' || fail "doctor: limit: $(found limit)"
found stream | grep -q 'set stream = yes' || fail "doctor: stream: $(found stream)"
found logprobs | grep -q 'set logprobs = yes' || fail "doctor: logprobs: $(found logprobs)"

make_pack
make_documents
common=(preset=llama-server "base_url=$url/v1" name=tiny max_in_flight=8 timeout=120 max_output_tokens=400)
for stream in yes no; do
    place "llama-$stream" "stream=$stream" "${common[@]}"
    run_place || fail "$(tail -3 "$place/err")"
    check_place
    # Under its schema even a random model answers with records: none is repaired for its form.
    forms=$(sqlite3 "$place/state/ledger.db" \
        "SELECT count(*) FROM calls WHERE purpose = 'ask' AND outcome IN ('ok', 'answer_cut')")
    [ "$forms" = "$n_documents" ] || fail "$forms answers, not $n_documents"
done
interrupted killed "${common[@]}"
