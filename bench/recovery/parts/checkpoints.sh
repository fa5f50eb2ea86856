#!/usr/bin/env bash
# checkpoints.sh FILE: what checkpoints cost while nothing goes wrong, and what they save when a node is lost.
# ROUNDS (default 7), LOSSES (default 12), THREADS (default: all cores).
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
root=$(cd "$here/../.." && pwd)
node=$root/inference-node
natives=$node/target/natives
classes=$root/bench/work/recovery/classes
mkdir -p "$classes"
"$JAVA_HOME/bin/javac" -d "$classes" -cp "$node/target/classes:$node/target/lib/*" "$here/Checkpoints.java"
export PYTORCH_LIBRARY_PATH=$natives/torch PYTORCH_VERSION=2.7.1 PYTORCH_FLAVOR=cpu OPT_OUT_TRACKING=true
export RUST_LIBRARY_PATH=$natives/tokenizers/libtokenizers.so
exec "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx1g -Dai.djl.offline=true \
  -cp "$classes:$node/target/classes:$node/target/lib/*" Checkpoints \
  "$node/models/wan-tiny" "${THREADS:-$(nproc)}" "${ROUNDS:-7}" "${LOSSES:-12}" "$1"
