#!/usr/bin/env bash
# mttr.sh FILE: time to recovery by kind of fault, on a product of plain processes with one node that takes faults.
# FAULT_ROUNDS (default 10) per kind.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here/../.."
out=$(realpath -m "$1")
state=$(mktemp -d)
export CLUSTER=none KINTSUGI_STATE_DIR=$state KINTSUGI_PORT=${KINTSUGI_PORT:-18480} KINTSUGI_NODE_PORT=${KINTSUGI_NODE_PORT:-18490}
# Stalls are noticed after 5 s instead of 20, so that the rounds end soon.
export KINTSUGI_NODE_FAULTS=true KINTSUGI_NODE_WATCH_STALL_FLOOR=5s
trap 'deploy/down >&2; rm -rf "$state"' EXIT
deploy/up >&2
. "$state/env"
"$JAVA_HOME/bin/java" -cp "inference-node/target/lib/*" "$here/Mttr.java" \
  "$KINTSUGI_URL" "$KINTSUGI_API_KEY" "$KINTSUGI_OPS_KEY" "http://127.0.0.1:$KINTSUGI_NODE_PORT" "${FAULT_ROUNDS:-10}" "$out"
