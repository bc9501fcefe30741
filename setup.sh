#!/bin/sh
# Starts OPA Crypto. `sh setup.sh --help` lists what it can do; everything beyond Python itself is in up/.
set -eu

OPA_CALLED_FROM=$PWD
export OPA_CALLED_FROM
cd "$(dirname "$0")"

fail() {
    printf '%s\n' "setup.sh: $*" >&2
    exit 1
}

python_with_venv() {
    for name in python3 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

install_python() {
    command -v apt-get >/dev/null || fail "needs Python 3.11 or later with venv; install it and run this again"
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "needs the apt packages python3 and python3-venv: install them as root"
        as_root=sudo
    fi
    echo "Installing with apt: python3 python3-venv"
    $as_root apt-get update -qq
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq -y --no-install-recommends python3 python3-venv ca-certificates >/dev/null
}

# The tests' set contains the product's set: once it is installed it stays.
lock=up/requirements.lock
if [ "${1:-}" = test ] || [ -f .venv/opa-tests ]; then
    lock=up/requirements-dev.lock
fi

# What reads exchanges other than our own two is installed once OPA_SYMBOLS names one (okx:BTCUSDT).
names_another_exchange() (
    symbols=${OPA_SYMBOLS:-}
    if [ -z "$symbols" ] && [ -f .env ]; then
        while IFS= read -r line; do
            case $line in OPA_SYMBOLS=*) symbols=${line#OPA_SYMBOLS=} ;; esac
        done <.env
    fi
    set -f
    IFS=', "'
    for entry in $symbols; do
        case $entry in
            top:* | TOP:* | binance:* | simulated:*) ;;
            *:*) exit 0 ;;
        esac
    done
    exit 1
)

extra=
if names_another_exchange; then extra=up/requirements-exchanges.lock; fi

installed() {
    [ -x .venv/bin/python ] && cmp -s "$lock" .venv/opa-installed.lock || return 1
    [ -z "$extra" ] || cmp -s "$extra" .venv/opa-exchanges.lock
}

install_packages() {
    started=$(date +%s)
    echo "Installing the Python packages of $lock $extra into .venv ..."
    [ -x .venv/bin/python ] || "$python" -m venv .venv
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r up/requirements-bootstrap.txt
    # shellcheck disable=SC2086  # no second file where $extra is empty
    .venv/bin/python -m uv pip sync -q --require-hashes --python .venv/bin/python "$lock" $extra ||
        fail "the packages could not be installed: check the network and the free disk space, then run this again"
    if [ "$lock" = up/requirements-dev.lock ]; then touch .venv/opa-tests; fi
    cp "$lock" .venv/opa-installed.lock
    rm -f .venv/opa-exchanges.lock
    if [ -n "$extra" ]; then cp "$extra" .venv/opa-exchanges.lock; fi
    echo "  done in $(($(date +%s) - started)) s"
}

if ! installed; then
    case "${1:-}" in
        stop | status | logs | uninstall | -h | --help)
            [ -x .venv/bin/python ] || fail "nothing is installed here yet: run \`sh setup.sh\` (see README.md)" ;;
        *)
            python=$(python_with_venv) || { install_python; python=$(python_with_venv); } ||
                fail "needs Python 3.11 or later with venv"
            install_packages ;;
    esac
fi
exec .venv/bin/python -m up "$@"
