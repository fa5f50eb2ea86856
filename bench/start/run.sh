#!/usr/bin/env bash
# From the start of a fresh node process to its readiness with the tiny model, and where the time goes.
# ROUNDS (default 5), THREADS (default: all cores). There is no peer: no other server proves its model before it is ready.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
JAVA_HOME=$("$root/deploy/bin/find-jdk")
mkdir -p "$root/bench/results"
exec "$JAVA_HOME/bin/java" -cp "$root/inference-node/target/lib/*" "$here/Start.java" \
  "$root" "${ROUNDS:-5}" "${THREADS:-0}"
