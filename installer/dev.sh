#!/usr/bin/env bash
# One way to build, run and check Hourglass, for people and for CI. Everything may be repeated: what is done is skipped.
# Nothing is fetched but Debian packages (installer/packages.txt). Needs root or sudo only while packages are missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
    cat <<'TEXT'
bash installer/dev.sh COMMAND
  run    install packages, build, start the workbench; without a display: train and compare the sample headless
  test   install packages, build, run every test
  ci     test (the formatting too), then an AVX2 pass and sanitizers
  tidy   clang-tidy over core, ui and app (about as long as a build)
HOURGLASS_SKIP_PACKAGES=1 leaves packages alone (elsewhere than Debian: install the like of installer/packages.txt).
TEXT
}

say() { printf '\n== %s (%dm%02ds)\n' "$*" $((SECONDS / 60)) $((SECONDS % 60)); }
fail() {
    printf 'dev.sh: %s\n' "$@" >&2
    exit 1
}

# packagesOf SECTION...: the package names in those sections of packages.txt.
packagesOf() {
    awk -v wanted=" $* " '/^\[/ { keep = index(wanted, " " substr($1, 2, length($1) - 2) " "); next }
                          keep && NF && $1 !~ /^#/ { print $1 }' installer/packages.txt
}

# asRoot COMMAND...: apt must not ask, and sudo drops the environment.
asRoot() {
    local -a quiet=(env DEBIAN_FRONTEND=noninteractive)
    if [ "$(id -u)" -eq 0 ]; then
        "${quiet[@]}" "$@" </dev/null
    elif command -v sudo >/dev/null; then
        sudo "${quiet[@]}" "$@"
    else
        fail "packages are missing, and there is neither root nor sudo to install them; as root:" \
            "  apt-get install --no-install-recommends ${missing[*]}"
    fi
}

installPackages() {
    [ -z "${HOURGLASS_SKIP_PACKAGES:-}" ] || return 0
    local -a wanted missing
    mapfile -t wanted < <(packagesOf "$@")
    { command -v dpkg-query && command -v apt-get; } >/dev/null ||
        fail "this is not a Debian system: install the like of" "  ${wanted[*]}" \
            "(explained in installer/packages.txt) and run again with HOURGLASS_SKIP_PACKAGES=1."
    mapfile -t missing < <(LC_ALL=C comm -13 \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p' | LC_ALL=C sort -u) \
        <(printf '%s\n' "${wanted[@]}" | LC_ALL=C sort -u))
    [ "${#missing[@]}" -gt 0 ] || return 0
    say "Installing ${#missing[@]} packages and what they need, some minutes (build/packages.log): ${missing[*]}"
    mkdir -p build
    local -a apt=(apt-get -y -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)
    asRoot "${apt[@]}" update >build/packages.log ||
        fail "apt-get update failed (its reason is above). Is there a network? Is another installation running?"
    asRoot "${apt[@]}" install --no-install-recommends "${missing[@]}" >>build/packages.log || {
        tail -n 20 build/packages.log >&2
        fail "apt-get install failed (its reason is above). The names are those of Debian 12: elsewhere install the like" \
            "and run again with HOURGLASS_SKIP_PACKAGES=1."
    }
}

# As many compilers as there are cores, but no more than memory holds (about 1.5 GB each at worst).
jobs() {
    local cores memory
    cores=$(nproc)
    memory=$(awk '/^MemAvailable/ { print int($2 / 1500000) }' /proc/meminfo 2>/dev/null || echo "$cores")
    echo $((memory < 1 ? 1 : memory < cores ? memory : cores))
}

# configure PRESET: unless it is done, and younger than the presets (Ninja sees to everything else).
configure() {
    [ "build/$1/build.ninja" -nt CMakePresets.json ] && return 0
    say "Configuring $1"
    mkdir -p build
    cmake --preset "$1" >build/configure.log 2>&1 || {
        cat build/configure.log >&2
        fail "configuring '$1' failed (above). A package may be missing; rm -r build/$1 starts afresh."
    }
}

# build PRESET [TARGET...]
build() {
    local preset=$1
    shift
    local -a targets=()
    [ $# -eq 0 ] || targets=(--target "$@")
    configure "$preset"
    say "Building $preset${*:+: $*}"
    cmake --build --preset "$preset" --parallel "$(jobs)" "${targets[@]}" ||
        fail "building '$preset' failed (above)."
}

# runTests PRESET [CTEST-ARGUMENT...]
runTests() {
    local preset=$1
    shift
    say "Testing $preset $*"
    ctest --preset "$preset" "$@" || fail "tests of '$preset' failed (above)."
}

# The sample job without a window: everything lands in a fresh numbered folder, so runs are never overwritten.
runHeadless() {
    local cli=build/release/bin/hourglass-cli folder number=1
    mkdir -p build/headless-run
    until mkdir "build/headless-run/$(printf '%03d' $number)" 2>/dev/null; do number=$((number + 1)); done
    folder=build/headless-run/$(printf '%03d' $number)
    local experiment=$folder/sample.hourglass source
    say "No display: the sample experiment headless, in $folder"
    "$cli" new --preset sample -o "$experiment"
    source=$(sed -n 's/.*"source": *"\([^"]*\)".*/\1/p' "$experiment" | head -n 1)
    [ -n "$source" ] || fail "$experiment names no data source"
    "$cli" train "$experiment" --run "$folder/run"
    say "Metrics on $source"
    "$cli" evaluate "$folder/run" --data "$source"
    "$cli" compare "$folder/run" --data "$source" -o "$folder/sheet.png" >/dev/null
    [ -s "$folder/sheet.png" ] || fail "hourglass-cli compare wrote no sheet"
    echo "comparison sheet: $PWD/$folder/sheet.png"
}

run() {
    installPackages build
    build release hourglass hourglass-cli
    if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
        say "Starting the workbench"
        exec build/release/bin/hourglass --new-session
    fi
    runHeadless
}

runAllTests() {
    installPackages build test
    build release
    runTests release
}

ci() {
    installPackages build test ci
    command -v clang-format-14 >/dev/null || fail "clang-format-14 is missing: the formatting is a test too."
    rm -f build/release/build.ninja # configured anew, or a test of the formatting may be missing
    runAllTests
    ONEDNN_MAX_CPU_ISA=AVX2 runTests release -L '^core$'
    local preset
    for preset in asan tsan; do
        build "$preset"
        runTests "$preset"
    done
    say "All is well"
}

# Precompiled headers and flags are g++'s, which clang cannot read: a folder configured without them, never built.
# omp.h is g++'s too.
tidy() {
    installPackages build test tidy
    say "Configuring tidy"
    cmake --preset dev -B build/tidy -D CMAKE_DISABLE_PRECOMPILE_HEADERS=ON -D CCACHE=OFF >/dev/null
    say "Running clang-tidy"
    run-clang-tidy-14 -quiet -p build/tidy -j "$(nproc)" \
        -extra-arg=-idirafter"$(dirname "$(g++ -print-file-name=include/omp.h)")" \
        "$PWD/(core|ui|app)/.*\.cpp" 2>/dev/null || fail "clang-tidy found something (above)."
    say "All is tidy"
}

case "${1:-}" in
run) run ;;
test) runAllTests ;;
ci) ci ;;
tidy) tidy ;;
*)
    usage >&2
    exit 2
    ;;
esac
