#!/usr/bin/env bash
# Screening of prompts on one core, stage by stage and whole, beside an index of 10^6 cases, with 1,000 enforced rules and what 5,000
# prompts taught; questions to that index; the list stage beside better-profanity 0.7.0. ROUNDS (default 5) of PROMPTS (default 2,000) each.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=bench/work/screening
cache="${XDG_CACHE_HOME:-$HOME/.cache}/kintsugi/bench-screening"
mkdir -p "$work/classes" "$cache" bench/results
JAVA_HOME="$(deploy/bin/find-jdk)"
export JAVA_HOME
[ -d control-plane/target/lib ] || deploy/bin/mvn -q -pl control-plane -am package -DskipTests >/dev/null
classpath="control-plane/target/classes:control-plane/target/lib/*"
if [ ! -x "$cache/venv/bin/python" ]; then
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install -q -r bench/screening/requirements.txt
fi
"$JAVA_HOME/bin/javac" -d "$work/classes" -cp "$classpath" bench/screening/*.java
core=$(($(nproc) - 1))
rm -rf "$work/data"
# The ledger is filled on all cores; the program pins itself before it measures.
"$JAVA_HOME/bin/java" -Xmx1g -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  -cp "$work/classes:$classpath" dev.kintsugi.controlplane.screening.ScreeningBench \
  "$work" "${ROUNDS:-5}" "${PROMPTS:-2000}" "${CASES:-1000000}" "$core" >"$work/log" 2>"$work/errors" || { tail -20 "$work/log" "$work/errors" >&2; exit 1; }
taskset -c "$core" "$cache/venv/bin/python" bench/screening/peer.py "$work/prompts.txt" "$work/terms.txt" "${ROUNDS:-5}" >"$work/peer.json"
exec python3 bench/screening/report.py "$work" bench/results/screening.json
