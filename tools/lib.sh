# Shared by tools/quickstart and tools/test: says what is done, installs what is missing, builds.
# Sourced by bash with `set -euo pipefail`; $root is the source folder.
# shellcheck shell=bash
: "${root:?the source folder}"

say() {
    printf '== %s\n' "$*"
}

die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# A fresh chroot often has no /proc; docket finds its parts there, and the sanitizers their maps.
# Root mounts it for the time of the run.
ensure_proc() {
    [ -e /proc/self/exe ] && return 0
    if [ "$(id -u)" = 0 ] && mount -t proc proc /proc 2>/dev/null; then
        trap 'umount -l /proc' EXIT
        say "mounted /proc for the time of this run"
        return 0
    fi
    die "/proc is not mounted, and it cannot be mounted from here. As root: mount -t proc proc /proc"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n -- "$@"
    fi
}

# The names in a package list, without comments.
package_names() {
    sed -e 's/#.*//' -e '/^[[:space:]]*$/d' -e 's/[[:space:]]//g' "$@"
}

package_is_installed() {
    case "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" in
    ii*) return 0 ;;
    *) return 1 ;;
    esac
}

# Usage: ensure_packages LIST…   Installs what is missing of the lists; asks nothing.
ensure_packages() {
    local name missing=() log
    if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
        die "this set-up is for Debian 12 (apt-get). Elsewhere install the counterparts of" \
            "$(package_names "$@" | tr '\n' ' ')and run: cmake --preset release; ninja -C build/release"
    fi
    for name in $(package_names "$@"); do
        package_is_installed "$name" || missing+=("$name")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
        die "${#missing[@]} Debian packages are missing, and neither root nor password-less sudo is at hand." \
            "Run as root, then start again: apt-get install --no-install-recommends ${missing[*]}"
    fi
    mkdir -p "$root/build"
    log=$root/build/setup.log
    say "installing ${#missing[@]} Debian packages: ${missing[*]}"
    if ! as_root apt-get update -q >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        die "apt-get update failed (see above and build/setup.log): is the network there?"
    fi
    if ! as_root env DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true \
        apt-get install -q -y --no-install-recommends "${missing[@]}" </dev/null >>"$log" 2>&1; then
        tail -n 30 "$log" >&2
        die "apt-get install failed (see above and build/setup.log)"
    fi
}

# Usage: build PRESET   Configures once, builds what changed.
build() {
    local preset=$1 folder=$root/build/$1 log=$root/build/$1.log
    mkdir -p "$root/build"
    if [ ! -f "$folder/build.ninja" ]; then
        say "configuring build/$preset"
        (cd "$root" && cmake --preset "$preset") >"$log" 2>&1 || {
            tail -n 30 "$log" >&2
            die "cmake failed (see above and build/$preset.log)"
        }
    fi
    say "building build/$preset on $(nproc) cores"
    if [ -t 1 ]; then
        ninja -C "$folder" || die "the build failed (see above)"
    else
        ninja -C "$folder" --quiet >"$log" 2>&1 || {
            tail -n 60 "$log" >&2
            die "the build failed (see above and build/$preset.log)"
        }
    fi
}
