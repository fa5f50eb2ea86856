#!/usr/bin/env bash
# mttr.sh FILE: time to recovery by kind of fault, on a product of plain processes whose nodes take faults.
# NODES (1, the default, or 2), FAULT_ROUNDS (default 10) per kind.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here/../.."
out=$(realpath -m "$1")
state=$(mktemp -d)
export CLUSTER=none KINTSUGI_STATE_DIR=$state KINTSUGI_PORT=${KINTSUGI_PORT:-18480} KINTSUGI_NODE_PORT=${KINTSUGI_NODE_PORT:-18490}
# Stalls are noticed after 5 s instead of 20 and experts tested every 5 s instead of 60, so that the rounds end soon.
export KINTSUGI_NODE_FAULTS=true KINTSUGI_NODE_WATCH_STALL_FLOOR=5s KINTSUGI_NODE_EXPERTS_SELF_TEST_EVERY=5s
. deploy/none/lib.sh
end() {
  stop second-node
  deploy/down
  rm -rf "$state"
}
trap 'end >&2' EXIT
nodes=http://127.0.0.1:$KINTSUGI_NODE_PORT
if [ "${NODES:-1}" = 2 ]; then
  second=$((KINTSUGI_NODE_PORT + 1))
  setsid deploy/none/supervise deploy/none/node-command serve --port "$second" --model inference-node/models/wan-tiny \
    --lite-model inference-node/models/wan-tiny-lite --work-dir "$data_dir/second-node" >>"$log_dir/second-node.log" 2>&1 </dev/null &
  record second-node $!
  export KINTSUGI_SERVICES_0_NODES_1_NAME=node-1 KINTSUGI_SERVICES_0_NODES_1_ADDRESS=http://127.0.0.1:$second
  nodes=$nodes,http://127.0.0.1:$second
fi
deploy/up >&2
. "$state/env"
"$JAVA_HOME/bin/java" -cp "inference-node/target/lib/*" "$here/Mttr.java" \
  "$KINTSUGI_URL" "$KINTSUGI_API_KEY" "$KINTSUGI_OPS_KEY" "$nodes" "${FAULT_ROUNDS:-10}" "$out"
