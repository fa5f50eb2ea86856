#!/usr/bin/env bash
# memory.sh FILE: whether a node's memory grows over many small jobs. JOBS (default 1000), THREADS (default: all cores).
# The Java heap is as large as it may become, and touched, from the start: what grows is native.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here/../.."
out=$(realpath -m "$1")
work=$(mktemp -d)
port=${KINTSUGI_NODE_PORT:-18490}
export KINTSUGI_NODE_THREADS=${THREADS:-$(nproc)} KINTSUGI_NODE_JAVA_OPTS="-Xms512m -XX:+AlwaysPreTouch"
deploy/none/node-command serve --port "$port" --model inference-node/models/wan-tiny --lite-model inference-node/models/wan-tiny-lite \
  --work-dir "$work/node" >"$work/log" 2>&1 &
node=$!
trap 'kill "$node"; wait "$node" || true; rm -rf "$work"' EXIT
"$JAVA_HOME/bin/java" -cp "inference-node/target/lib/*" "$here/Memory.java" \
  "http://127.0.0.1:$port" "$node" 512 "${JOBS:-1000}" "$KINTSUGI_NODE_THREADS" "$out"
