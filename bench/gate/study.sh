#!/usr/bin/env bash
# Makes the clips behind docs/quality-gate.md again and measures them: about an hour on two cores.
# WORLD is the folder of cartoon_world.py; CLIPS (default 1185) is how many the model makes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
: "${WORLD:?WORLD must name the folder of cartoon_world.py}"
work=$root/bench/work/gate
python=$work/venv/bin/python
mkdir -p "$work/frames" "$work/classes"
[ -x "$python" ] || { python3.11 -m venv "$work/venv"; "$work/venv/bin/pip" install -q -r "$here/requirements.txt"; }
measure="$root/deploy/none/node-command measure"

"$python" "$here/study.py" rendered --world "$WORLD" --measure "$measure" --out "$here/data"

JAVA_HOME=$("$root/deploy/bin/find-jdk")
natives=$root/inference-node/target/natives
classpath=$work/classes:$root/inference-node/target/classes:$root/inference-node/target/lib/*
"$python" "$here/study.py" prompts --world "$WORLD" --clips "${CLIPS:-1185}" > "$work/prompts.tsv"
"$JAVA_HOME/bin/javac" -d "$work/classes" -cp "$classpath" "$here/Clips.java"
PYTORCH_LIBRARY_PATH=$natives/torch PYTORCH_VERSION=2.7.1 PYTORCH_FLAVOR=cpu RUST_LIBRARY_PATH=$natives/tokenizers/libtokenizers.so \
  "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -Dai.djl.offline=true -cp "$classpath" \
  Clips "$root/inference-node/models/wan-tiny" "$work/prompts.tsv" "$work/frames"
"$python" "$here/study.py" generated --frames "$work/frames" --measure "$measure" --out "$here/data"
echo "Now: deploy/bin/mvn -pl core -Dtest=QualityStudyTest -Dkintsugi.study.write=true test"
