#!/bin/bash
# Pages that hang, kill their reader or make it lie cost themselves and not their document: the others
# are read, what is missing is said, and nothing of it is accepted silently. The pages are
# page-reader.c's.
set -euo pipefail
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
need_command jq
export DOCKET_READERS_PROGRAM=$DOCKET_BUILD/page-reader DOCKET_READERS_PAGE_DEADLINE=1 \
    DOCKET_READERS_COUNT=2 DOCKET_READERS_SANDBOX=best-effort XDG_CONFIG_HOME=$work
cd "$work"

# Usage: try CODE WORDS LOST   A document with these words; LOST: its pages that are missing.
try() {
    local page
    printf 'document %s\n' "$2" >document.txt
    expect_exit "$1" "$docket" read --format json document.txt
    cp err said
    jq -e '[.pages[].page] == [range(1; 13)]' out >out.pages || fail "$2: pages are missing: $(cat out)"
    for page in $(seq 1 12); do
        case " $3 " in
        *" $page "*)
            jq -e --argjson p "$page" '.pages[$p - 1] | .technique == "none" and .width > 100' \
                out >/dev/null || fail "$2: page $page is there"
            jq -e --argjson p "$page" '[.notes[] | select(startswith("page \($p) was not read"))] | length == 1' \
                out >/dev/null || fail "$2: nothing is noted of page $page"
            expect_text "partial: page $page was not read" said
            ;;
        *)
            jq -e --argjson p "$page" '.pages[$p - 1] | .blocks[0].lines[0].words[-1].text == "\($p)"' \
                out >/dev/null || fail "$2: page $page was not read: $(cat out)"
            ;;
        esac
    done
}

# Usage: fails WORDS REASON   A document of which nothing is given out.
fails() {
    printf 'document %s\n' "$1" >document.txt
    expect_exit 3 "$docket" read --format json document.txt
    [ ! -s out ] || fail "$1: something was read: $(cat out)"
    expect_text "$2" err
}

try 0 honest ""
try 0 stop-at=1 "" # a range may end early
try 0 "stop-at=3 stop-at=4 stop-at=9" ""
try 3 hang-at=3 "3"
try 3 die-at=1 "1"
try 3 die-at=8 "8"
try 3 die-at=12 "12"
try 3 lie-at=2 "2"
try 3 lie-at=11 "11"
try 3 refuse-at=4 "4"
try 3 "hang-at=3 die-at=5 lie-at=7" "3 5 7"
try 3 "refuse-at=1 refuse-at=2 refuse-at=3 refuse-at=4 refuse-at=5 refuse-at=12" "1 2 3 4 5 12"
fails "die-at=2 die-at=4 die-at=6 die-at=9" 'reader_signal: .* on page'
fails "$(printf 'refuse-at=%s ' $(seq 1 12))" 'damaged: the page is broken'
expect_exit 3 env DOCKET_READERS_LOST_PAGES=0 "$docket" read document.txt
export DOCKET_READERS_LOST_PAGES=0
fails "die-at=2" 'reader_signal: .* on page 2'
unset DOCKET_READERS_LOST_PAGES

# With all its readers' time used up, what was read by then is kept. (The hanging page alone takes it.)
export DOCKET_READERS_COUNT=1 DOCKET_READERS_DOCUMENT_DEADLINE=1 DOCKET_READERS_PAGE_DEADLINE=2
printf 'document hang-at=2 stop-at=1\n' >document.txt
expect_exit 3 "$docket" read --format json document.txt
expect_text 'partial: pages? .* not read: the document passed its deadline' err
jq -e '(.pages | length == 12) and .pages[0].technique == "pdf_text"' out >/dev/null ||
    fail "page 1 was read in time and is not there"
unset DOCKET_READERS_DOCUMENT_DEADLINE
export DOCKET_READERS_COUNT=2 DOCKET_READERS_PAGE_DEADLINE=1

# In a run, the record that is made of the rest waits for a person.
mkdir -p inbox/invoice
printf 'document hang-at=3\n' >inbox/invoice/partial.txt
printf '[paths]\npacks=%s\n[run]\nsettle=0\n' "$DOCKET_SOURCE/schemas" >docket.conf
"$docket" run --no-progress >out 2>err || true
expect_exit 0 "$docket" audit
"$docket" show --json partial.txt >shown.json
jq -e '.document.verdict == "review" and ([.document.reasons[] | select(startswith("partial: page 3"))] | length == 1)' \
    shown.json >/dev/null || fail "a partial reading is not in review: $(cat shown.json)"
