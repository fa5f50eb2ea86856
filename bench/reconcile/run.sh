#!/usr/bin/env bash
# Processor time, memory and API writes of our operator and of Argo Rollouts while many services go through a rollout of five steps.
# SERVICES (default 1000), ROUNDS of both in turns (default 1). Other options go to bench.py, such as --sides argo.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
cache="${XDG_CACHE_HOME:-$HOME/.cache}/kintsugi/bench-reconcile"
mkdir -p "$cache" bench/work bench/results
JAVA_HOME="$(deploy/bin/find-jdk)"
export JAVA_HOME CGO_ENABLED=0 GOFLAGS=-mod=readonly GOWORK=off

# A version in the name, so that a newer one is built anew.
peer() {
  local module=$1 package=$2 version
  version=$(cd "bench/reconcile/$module" && go list -m -f '{{.Version}}' "${package%%/cmd/*}")
  if [ ! -x "$cache/$module-$version" ]; then
    echo "building $package $version from its Go module (minutes)" >&2
    (cd "bench/reconcile/$module" && go build -trimpath -ldflags '-s -w' -o "$cache/$module-$version.part" "$package")
    mv "$cache/$module-$version.part" "$cache/$module-$version"
  fi
  echo "$cache/$module-$version"
}
sources() {
  (cd "bench/reconcile/$1" && go mod download "$2" && go list -m -f '{{.Dir}}' "$2")
}
kwok=$(peer kwok sigs.k8s.io/kwok/cmd/kwok)
argo=$(peer argo github.com/argoproj/argo-rollouts/cmd/rollouts-controller)

exec python3 bench/reconcile/bench.py --java "$JAVA_HOME/bin/java" --kube "$(deploy/local/tools.sh)" \
  --classpath "$root/operators/manager/target/classes:$root/operators/manager/target/lib/*" \
  --kwok "$kwok" --stages "$(sources kwok sigs.k8s.io/kwok)/kustomize/stage" \
  --argo "$argo" --argo-crds "$(sources argo github.com/argoproj/argo-rollouts)/manifests/crds" \
  --work bench/work/reconcile --out bench/results/reconcile.json \
  --services "${SERVICES:-1000}" --rounds "${ROUNDS:-1}" "$@"
