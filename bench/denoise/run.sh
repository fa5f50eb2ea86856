#!/usr/bin/env bash
# One clip, the same threads, the same weights and noise: the node's engine against diffusers on PyTorch.
# ROUNDS (default 5) alternating rounds, each side in a fresh process; THREADS (default: all cores).
# PEER_PYTHON names a Python that has ../../inference-node/export/requirements.txt; otherwise one is made outside the checkout.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
node=$root/inference-node
work=$root/bench/work/denoise
JAVA_HOME=$("$root/deploy/bin/find-jdk")
export JAVA_HOME

if [ -z "${PEER_PYTHON:-}" ]; then
  requirements=$node/export/requirements.txt
  venv=${XDG_CACHE_HOME:-$HOME/.cache}/kintsugi/denoise-$(sha256sum "$requirements" | cut -c1-12)
  if [ ! -e "$venv/complete" ]; then
    echo "Installing PyTorch and diffusers for the peer into $venv (once, several GB)" >&2
    python3.11 -m venv "$venv"
    "$venv/bin/pip" install -q -r "$requirements"
    touch "$venv/complete"
  fi
  PEER_PYTHON=$venv/bin/python
fi

mkdir -p "$work/classes" "$root/bench/results"
"$JAVA_HOME/bin/javac" -d "$work/classes" -cp "$node/target/classes:$node/target/lib/*" "$here/Ours.java"
if [ ! -e "$work/diffusers/model_index.json" ]; then
  HF_HUB_OFFLINE=1 "$PEER_PYTHON" -W ignore "$here/convert.py" "$node/models/wan-tiny" "$work/diffusers" 2>/dev/null
fi
exec "$PEER_PYTHON" -W ignore "$here/compare.py" --root "$root" --python "$PEER_PYTHON" \
  --rounds "${ROUNDS:-5}" --threads "${THREADS:-$(nproc)}"
