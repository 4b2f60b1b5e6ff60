#!/usr/bin/env bash
# Measures Hourglass against PyTorch, and inference against ONNX Runtime, and writes RESULTS.md:
#   compare.sh [--cli PROGRAM] [--pairs N] [--seconds S] [--only NAME] [--output FILE]; --help tells more.
# Wants build/release built, Debian's python3-torch and libopenblas0-openmp, and for ONNX Runtime node and npm, which
# fetches it once into a cache. Nothing else should run meanwhile.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${PYTHON:-/usr/bin/python3}
modules=${XDG_CACHE_HOME:-$HOME/.cache}/hourglass-benchmarks

"$python" -c 'import torch, numpy' 2>/dev/null || {
    echo "compare.sh: $python has no PyTorch: apt-get install python3-torch libopenblas0-openmp" >&2
    exit 2
}

# Its CPU library is in the package: the install script, which would fetch others, is not wanted.
if { command -v node && command -v npm; } >/dev/null && [ ! -d "$modules/node_modules/onnxruntime-node" ]; then
    { mkdir -p "$modules" && npm install --prefix "$modules" --ignore-scripts --no-audit --no-fund --loglevel=error \
        onnxruntime-node >&2; } ||
        echo "compare.sh: onnxruntime-node cannot be installed; going on without ONNX Runtime" >&2
fi

exec "$python" "$here/compare.py" --modules "$modules" "$@"
