# Shared by the test scripts: a folder that goes away, and words for what is expected.
# Sourced by bash with `set -euo pipefail`. Run by ctest, which says where source and build are.
# shellcheck shell=bash
DOCKET_SOURCE=${DOCKET_SOURCE:-$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)}
DOCKET_BUILD=${DOCKET_BUILD:-$DOCKET_SOURCE/build/release}
DOCKET_CORPUS=${DOCKET_CORPUS:-$DOCKET_SOURCE/../shared/corpus}
export DOCKET_SOURCE DOCKET_BUILD DOCKET_CORPUS
# shellcheck disable=SC2034  # used by the scripts
docket=$DOCKET_BUILD/docket

fail() {
    printf 'FAIL: %s\n' "$*" >&2
    exit 1
}

skip() {
    printf 'skipped: %s\n' "$*" >&2
    exit 77
}

# Skips the test unless this folder of the shared corpus is there.
need_corpus() {
    [ -d "$DOCKET_CORPUS/$1" ] ||
        skip "no $1 in the test data folder (DOCKET_CORPUS, by default ../shared/corpus)"
}

need_command() {
    command -v "$1" >/dev/null || skip "the command $1 is not installed"
}

# What a test starts in the background and has to end; killed when it leaves.
started=()
work=$(mktemp -d "${TMPDIR:-/tmp}/docket-script.XXXXXX")
leave() {
    local status=$? pid
    for pid in "${started[@]}"; do
        kill -9 "$pid" 2>/dev/null || true
    done
    if [ -n "${DOCKET_KEEP:-}" ]; then
        printf 'kept: %s\n' "$work" >&2
    else
        rm -rf "$work"
    fi
    exit $status
}
trap leave EXIT

# Usage: expect_exit CODE command…   Output of the command: $work/out and $work/err.
expect_exit() {
    local wanted=$1 status=0
    shift
    "$@" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" = "$wanted" ] && return 0
    tail -n 20 "$work/err" >&2
    fail "exit code $status, not $wanted: $*"
}

# Usage: expect_text PATTERN FILE   An extended regular expression that a line must match.
expect_text() {
    grep -Eq -- "$1" "$2" && return 0
    head -n 20 "$2" >&2
    fail "no line matches '$1' in $2 (its head is above)"
}

# Usage: copy_samples FOLDER [inbox] [hostile]   The sample documents.
copy_samples() {
    local to=$1 part
    shift
    mkdir -p "$to"
    for part in "${@:-inbox}"; do
        cp -R "$DOCKET_SOURCE/samples/$part/." "$to/"
    done
}
