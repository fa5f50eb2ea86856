#!/usr/bin/env bash
# Gate and encoder as a share of generation time, alone; bench/recovery has it as one of its parts. No peer: no server that we know judges its videos.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
JAVA_HOME=$("$root/deploy/bin/find-jdk")
export JAVA_HOME
parts=$root/bench/work/gate/parts
mkdir -p "$parts" "$root/bench/results"
"$here/share.sh" "$parts/gate.json"
exec "$JAVA_HOME/bin/java" -cp "$root/inference-node/target/lib/*" "$here/../recovery/Report.java" "$parts" "$root/bench/results/gate.json"
