#!/usr/bin/env bash
# What one more ended job costs the objectives of its service, with JOBS (default 1000000) jobs in their windows, a tenth and a
# hundredth of that. No peer: Sloth and Pyrra leave the counting to Prometheus, from samples.
# RATES=1 prints the table of declared and simulated alert rates instead.
set -eu
cd "$(dirname "$0")/../.."
JAVA_HOME=$(deploy/bin/find-jdk)
export JAVA_HOME
[ -d control-plane/target/lib ] || deploy/bin/mvn -q -pl control-plane -am package -DskipTests >/dev/null
work=bench/work/slo
rm -rf "$work" && mkdir -p "$work/classes" bench/results
classpath="core/target/classes:protocol/target/classes:control-plane/target/classes:control-plane/target/lib/*"
"$JAVA_HOME/bin/javac" -nowarn -d "$work/classes" -cp "$classpath" bench/slo/*.java @bench/slo/test-sources
if [ -n "${RATES:-}" ]; then
  exec "$JAVA_HOME/bin/java" -cp "$work/classes:$classpath" dev.kintsugi.core.slo.PageRates
fi
"$JAVA_HOME/bin/java" -Xmx512m -cp "$work/classes:$classpath" dev.kintsugi.controlplane.slo.SloBench \
  "$work/data" bench/results/slo.json "${JOBS:-1000000}"
rm -rf "$work"
