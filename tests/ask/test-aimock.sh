#!/bin/bash
# The client, unchanged, against a mock of several providers that we did not write: every protocol,
# with and without streams, and killed in the middle once. Skipped without npm or a network.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/ask/servers.sh
. "$(dirname "$0")/servers.sh"
need_command jq
need_command sqlite3
need_command npm
# Debian 12 has an older one, so that this is no package of tools/packages-test.
node -e 'const [a, b] = process.versions.node.split("."); process.exit(a * 100 + +b < 2015 ? 1 : 0)' ||
    skip "node is older than 20.15"
version=1.43.0
home=$DOCKET_BUILD/aimock

if [ ! -x "$home/node_modules/.bin/llmock" ]; then
    mkdir -p "$home"
    timeout 120 npm install --no-audit --no-fund --prefix "$home" "@copilotkit/aimock@$version" \
        >"$work/npm" 2>&1 || skip "npm cannot install aimock: $(tail -1 "$work/npm")"
fi

make_pack
make_documents
for ((i = 1; i <= n_documents; i++)); do
    jq -nc --arg number "$(number_of "$i")" --argjson i "$i" \
        '{match: {userMessage: $number}, response: {content:
          ({number: $number, seller: "Nordwind \($i) GmbH", date: "2026-03-01", currency: "EUR",
            total: ($i + 0.5)} | tojson)}}'
done | jq -s '{fixtures: .}' >"$work/bills.json"
# An answer that goes wrong at a key that the schema does not have, and goes on for long; and the one
# to the question that follows.
jq '.fixtures = [
    {match: {userMessage: "does not pass"}, response: {content: ({number: "INV-9001",
     seller: "Nordwind 9 GmbH", date: null, currency: "EUR", total: 9.5} | tojson)}},
    {match: {userMessage: "INV-9001"}, response: {content: ({number: "INV-9001",
     vendor: ([range(400)] | map(tostring) | join(" "))} | tojson)}}] + .fixtures' \
    "$work/bills.json" >"$work/fixtures.json"

# A free port is asked for by trying: the mock takes none of itself.
for _ in $(seq 10); do
    port=$((20000 + RANDOM % 20000))
    "$home/node_modules/.bin/llmock" -p "$port" -f "$work/fixtures.json" --log-level warn \
        --journal-max 10 >"$work/mock" 2>&1 &
    mock=$!
    started+=("$mock")
    for _ in $(seq 100); do
        if ! kill -0 "$mock" 2>/dev/null; then break; fi
        if (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then break 2; fi
        sleep 0.1
    done
done
(: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null || fail "aimock does not start: $(tail -3 "$work/mock")"
url=http://127.0.0.1:$port

common=(name=mock-1 api_key_env=MOCK_KEY max_in_flight=16 timeout=20)
export MOCK_KEY=mock-key
for stream in yes no; do
    place "openai-$stream" preset=openai "base_url=$url/v1" "stream=$stream" "${common[@]}"
    run_place || fail "openai: $(tail -3 "$place/err")"
    check_place
    place "anthropic-$stream" preset=anthropic "base_url=$url/v1" "stream=$stream" "${common[@]}"
    run_place || fail "anthropic: $(tail -3 "$place/err")"
    check_place
    place "gemini-$stream" preset=gemini "base_url=$url/v1beta" "stream=$stream" "${common[@]}"
    run_place || fail "gemini: $(tail -3 "$place/err")"
    check_place
done
for stream in yes no; do
    streamed=$(sqlite3 "$work/anthropic-$stream/state/ledger.db" \
        "SELECT count(*) FROM calls WHERE first_token_ms >= 0")
    case $stream:$streamed in
    yes:"$n_documents" | no:0) ;;
    *) fail "stream=$stream: $streamed answers streamed" ;;
    esac
done
# What was answered is what is in the records.
jq -es 'length == '"$n_documents"' and all(.[]; .currency == "EUR")' "$work"/gemini-yes/outbox/records/bill/*[0-9].txt.json \
    >/dev/null || fail "the records are not what the mock answered"

# doctor asks, and says what to set.
printf '[model]\nbase_url=%s/v1\nname=mock-1\napi_key_env=MOCK_KEY\n' "$url" >"$work/doctor.conf"
"$docket" doctor --models --config "$work/doctor.conf" >"$work/out" 2>&1 || true
expect_text '^(ok|note|BAD) +(request|model|server) ' "$work/out"

# A stream that cannot become a record any more is stopped, corrected, and never kept as an answer.
printf 'Invoice: INV-9001\nSeller: Nordwind 9 GmbH\nTotal: EUR 9.50\n' >"$work/wrong.txt"
printf '[paths]\npacks=%s/packs\n[model]\npreset=openai\nbase_url=%s/v1\nname=mock-1\napi_key_env=MOCK_KEY\n' \
    "$work" "$url" >"$work/stream.conf"
expect_exit 0 "$docket" extract --stream --meta --pack bill --config "$work/stream.conf" "$work/wrong.txt"
jq -e '.record == {number: "INV-9001", seller: "Nordwind 9 GmbH", currency: "EUR", total: 9.5} and
       [.meta.calls[].outcome] == ["stream_stopped", "ok"]' "$work/out" >/dev/null ||
    fail "stopped stream: $(cat "$work/out")"
expect_text 'stream_stopped: /vendor is not a field' "$work/out"
expect_text '^\{"number":"INV-9001","vendor' "$work/err"
! grep -q ' 399' "$work/err" || fail "the stream went on to its end"

interrupted killed preset=openai "base_url=$url/v1" "${common[@]:0:2}" max_in_flight=2 timeout=20
