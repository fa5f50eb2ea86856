#!/usr/bin/env bash
# False rollbacks, missed regressions and delay of the rollout verdict beside Argo Rollouts' and Flagger's rules (own simulation of
# both) and Wald's test, on the same seeded traces. TRACES per case (default 10000), SEED (default 1). Uses all cores.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
JAVA_HOME=$("$root/deploy/bin/find-jdk")
mkdir -p "$root/bench/results"
exec "$JAVA_HOME/bin/java" -Xmx2g -cp "$root/inference-node/target/lib/*" "$here/Verdict.java" \
  "${TRACES:-10000}" "${SEED:-1}" "$root/bench/results/verdict.json"
