#!/usr/bin/env bash
# share.sh FILE: what gate and encoder cost beside generation, into FILE as JSON. ROUNDS (default 5), THREADS (default: all cores).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out=$(realpath -m "$1")
node=$root/inference-node
JAVA_HOME=$("$root/deploy/bin/find-jdk")
export JAVA_HOME
classes=$root/bench/work/gate
mkdir -p "$classes"
"$JAVA_HOME/bin/javac" -d "$classes" -cp "$node/target/classes:$node/target/lib/*" "$here/GateShare.java"
natives=$node/target/natives
export PYTORCH_LIBRARY_PATH=$natives/torch PYTORCH_VERSION=2.7.1 PYTORCH_FLAVOR=cpu OPT_OUT_TRACKING=true
export RUST_LIBRARY_PATH=$natives/tokenizers/libtokenizers.so
"$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -Xmx1g -Dai.djl.offline=true \
  "-Djava.library.path=$natives/ffmpeg" -Dorg.bytedeco.javacpp.pathsFirst=true "-Dkintsugi.opencv.natives=$natives/opencv" \
  -cp "$classes:$node/target/classes:$node/target/lib/*" dev.kintsugi.node.quality.GateShare \
  "$node/models/wan-tiny" "${THREADS:-$(nproc)}" "${ROUNDS:-5}" > "$out.part"
mv "$out.part" "$out"
