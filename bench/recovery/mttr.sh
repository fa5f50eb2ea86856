#!/usr/bin/env bash
# mttr.sh FILE: time to recovery by kind of fault, on a product of plain processes with one node that takes faults.
# ROUNDS (default 10) per kind. The samples go to FILE.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
out=$(realpath -m "$1")
state=$(mktemp -d)
export CLUSTER=none KINTSUGI_STATE_DIR=$state KINTSUGI_PORT=${KINTSUGI_PORT:-18480} KINTSUGI_NODE_PORT=${KINTSUGI_NODE_PORT:-18490}
export KINTSUGI_NODE_FAULTS=true
trap 'deploy/down >&2; rm -rf "$state"' EXIT
deploy/up >&2
. "$state/env"
JAVA_HOME=$(deploy/bin/find-jdk)
"$JAVA_HOME/bin/java" -cp "inference-node/target/lib/*" "$here/Mttr.java" \
  "$KINTSUGI_URL" "$KINTSUGI_API_KEY" "$KINTSUGI_OPS_KEY" "http://127.0.0.1:$KINTSUGI_NODE_PORT" "${ROUNDS:-10}" "$out"
