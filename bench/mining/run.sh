#!/usr/bin/env bash
# Rules mined from seeded ledgers with planted causes, beside thresholds on lift and a decision tree (Smile 4.3.0), on held-out prompts.
# SEEDS (default 10) worlds for each size and noise.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
JAVA_HOME=$("$root/deploy/bin/find-jdk")
export JAVA_HOME
work=$root/bench/work/mining
mkdir -p "$work" "$root/bench/results"
if [ ! -e "$work/lib/complete" ]; then
  "$root/deploy/bin/mvn" -q -f "$here/pom.xml" dependency:copy-dependencies -DoutputDirectory="$work/lib" >&2
  touch "$work/lib/complete"
fi
exec "$JAVA_HOME/bin/java" -Xmx4g --enable-native-access=ALL-UNNAMED -cp "$root/core/target/classes:$work/lib/*" "$here/Mining.java" \
  "${SEEDS:-10}" "$root/bench/results/mining.json"
