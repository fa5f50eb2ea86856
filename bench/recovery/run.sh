#!/usr/bin/env bash
# What recovery costs. Each part is a script parts/NAME.sh FILE that writes its figures and samples as one JSON object into FILE:
#   {"figures": {"name": {"median": m, "min": a, "max": b}, …}, "settings": {…}, "samples": …}
# They end up in bench/results/recovery.json, and every figure on the RESULT line. PARTS="checkpoints" runs only some.
# No peer: no video server that we know makes checkpoints or judges its videos, so each part compares ours with and without.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
JAVA_HOME=$("$root/deploy/bin/find-jdk")
export JAVA_HOME
work=$root/bench/work/recovery
mkdir -p "$work" "$root/bench/results"
for part in ${PARTS:-$(cd "$here/parts" && ls ./*.sh | sed 's|^\./||; s|\.sh$||')}; do
  echo "part $part" >&2
  "$here/parts/$part.sh" "$work/$part.json.part" >&2
  mv "$work/$part.json.part" "$work/$part.json"
done
exec "$JAVA_HOME/bin/java" -cp "$root/inference-node/target/lib/*" "$here/Report.java" "$work" "$root/bench/results/recovery.json"
