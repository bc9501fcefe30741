#!/bin/sh
# Fetches the two third-party assets of the page by name from npm, checks them, and keeps them with their
# licences in static/vendor. Needed only to move to another version: the result is committed.
set -eu

CHARTS=lightweight-charts@5.2.1
CHARTS_SHA256=64310292298df4dd527494865e5d91d447f8bb397b68de3912c2a6465025ee5e
FONT=@fontsource-variable/inter@5.3.0
FONT_SHA256=d26710dd38e7217484a1d47ee76c024977ec550548876f26d06ed1844af09a14

vendor=$(cd "$(dirname "$0")" && pwd)/static/vendor
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

unpack() {  # unpack NAME@VERSION SHA256
    archive=$(cd "$work" && npm pack --silent "$1")
    echo "$2  $work/$archive" | sha256sum --check --status || {
        echo "$1 is not the archive that was reviewed: expected sha256 $2" >&2
        exit 1
    }
    rm -rf "$work/package"
    tar -xzf "$work/$archive" -C "$work"
}

mkdir -p "$vendor"
unpack "$CHARTS" "$CHARTS_SHA256"
cp "$work/package/dist/lightweight-charts.standalone.production.mjs" "$vendor/lightweight-charts.mjs"
cp "$work/package/LICENSE" "$vendor/lightweight-charts.LICENSE"
unpack "$FONT" "$FONT_SHA256"
cp "$work/package/files/inter-latin-wght-normal.woff2" "$vendor/inter-latin.woff2"
cp "$work/package/LICENSE" "$vendor/inter.LICENSE"
(cd "$vendor" && sha256sum inter-latin.woff2 inter.LICENSE lightweight-charts.LICENSE lightweight-charts.mjs >SHA256SUMS)
echo "vendored $CHARTS (Apache-2.0) and $FONT (OFL-1.1)"
