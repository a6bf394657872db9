# Makes .venv from the pinned requirements, and again only when those change. Sourced by bin/up and bin/test, which set
# `root`. POSIX sh; nothing but Python 3.11 is needed.

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

find_python() {
    for candidate in "$root/.venv/bin/python" python3.11 python3 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    return 1
}

check_platform() {
    case "$(uname -s)-$(uname -m)" in
        Linux-x86_64 | Linux-aarch64) ;;
        *) fail "The servers Demeter brings along exist for Linux on x86_64 and aarch64, not for $(uname -s) $(uname -m)." \
            "compose.yaml runs the same in containers: docker compose up --build (see docs/running.md)." ;;
    esac
}

# make_environment FILE...: one stamp per requirements file, named after its content.
make_environment() {
    check_platform
    python=$(find_python) || fail "Demeter needs Python 3.11, which was not found (python3.11, python3)." \
        "Install it, or run Demeter in containers: compose.yaml (see docs/running.md)."
    if [ ! -x "$root/.venv/bin/python" ] || [ ! -x "$root/.venv/bin/pip" ]; then
        echo "Making the environment in $root/.venv."
        "$python" -m venv "$root/.venv" || fail "Python's venv module failed; Debian and Ubuntu have it in python3.11-venv."
    fi
    for requirements in "$@"; do
        sum=$("$root/.venv/bin/python" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' \
            "$root/$requirements")
        stamp="$root/.venv/$requirements.$sum"
        [ -e "$stamp" ] && continue
        echo "Installing $requirements (the first time takes minutes and several gigabytes)."
        "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -r "$root/$requirements" ||
            fail "The packages of $requirements could not be installed; pip's reason stands above." \
                "Where it finds no matching distribution for this platform, compose.yaml runs Demeter in containers."
        rm -f "$root/.venv/$requirements".*
        : >"$stamp"
    done
}
