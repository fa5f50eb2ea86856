#!/usr/bin/env bash
# Prints the directory with etcd, kube-apiserver, kubelet, kubectl, helm and the other programs of the local cluster,
# building them first where no build of the same sources is in the cache. Progress goes to stderr.
#   tools.sh            every Kubernetes program, in <cache>/cluster/<hash>/bin; beside it k8s/<version>-linux-<arch>
#                       in the layout of Fabric8's kube-api-test
#   tools.sh --manager  only kintsugi-cluster and pause, which need no Kubernetes sources (a few seconds)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly here kubernetes=1.34.2 go_needed=1.24

fail() {
  echo "tools.sh: $*" >&2
  exit 1
}

home=${HOME:-}
[[ -n $home && -d $home ]] || home=$(getent passwd "$(id -u)" | cut -d: -f6 || true)
cache=${KINTSUGI_CACHE:-${XDG_CACHE_HOME:-${home:-/var/tmp/kintsugi-$(id -u)}/.cache}/kintsugi}
mkdir -p "$cache/cluster" 2>/dev/null || fail "cannot write to the cache $cache; set KINTSUGI_CACHE to a writable directory"
[[ $cache == /* ]] || cache=$(cd "$cache" && pwd)

# Nothing of the caller's Go settings may change what is built.
unset GOOS GOARCH GOEXPERIMENT GOAMD64 GOARM64 GOTMPDIR
export GOFLAGS=-mod=readonly GOWORK=off CGO_ENABLED=0 GO111MODULE=on
if [[ -z ${HOME:-} || ! -w ${HOME:-/nonexistent} ]]; then
  export HOME=$cache GOPATH=${GOPATH:-$cache/go} GOCACHE=${GOCACHE:-$cache/go-build}
fi

find_go() {
  local candidate
  for candidate in "$(command -v go || true)" /usr/local/go/bin/go /usr/lib/go/bin/go; do
    [[ -x $candidate ]] && echo "$candidate" && return
  done
  fail "Go $go_needed or newer is needed to build the local cluster; install it (package golang-go, or the archive of the Go project unpacked to /usr/local/go)"
}

go=$(find_go)
go_version=$(cd "$here/kube" && "$go" env GOVERSION 2>/dev/null) || go_version=$("$go" version | cut -d' ' -f3)
[[ $(printf '%s\n' "$go_needed" "${go_version#go}" | sort -V | head -1) == "$go_needed" ]] ||
  fail "$go is ${go_version#go}; the local cluster needs Go $go_needed or newer"

sources_hash() {
  (
    cd "$here/$1"
    printf '%s\n' "$go_version" "$(uname -m)"
    sha256sum <"$here/tools.sh"
    find . -type f ! -name '*_test.go' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  ) | sha256sum | cut -c1-16
}

# A line every 15 seconds tells a person that the build is alive.
with_progress() {
  local what=$1 started=$SECONDS builder
  shift
  "$@" >&2 &
  builder=$!
  trap 'kill "$builder" 2>/dev/null || true' INT TERM
  while kill -0 "$builder" 2>/dev/null; do
    sleep 1
    if (((SECONDS - started) % 15 == 14)); then echo "  $what … $((SECONDS - started + 1)) s" >&2; fi
  done
  wait "$builder"
}

build_manager() {
  cd "$here/cluster"
  "$go" build -trimpath -ldflags='-s -w' -o "$1/bin/" ./cmd/kintsugi-cluster ./cmd/pause
}

version_stamp() {
  local major=${kubernetes%%.*} minor module
  minor=$(cut -d. -f2 <<<"$kubernetes")
  printf -- '-X %s ' "k8s.io/component-base/version.gitVersion=v$kubernetes" k8s.io/component-base/version.gitTreeState=clean \
    "k8s.io/component-base/version.gitMajor=$major" "k8s.io/component-base/version.gitMinor=$minor" \
    "helm.sh/helm/v4/internal/version.kubeClientVersionMajor=$major" "helm.sh/helm/v4/internal/version.kubeClientVersionMinor=$minor"
  for module in pkg/chart/v2/lint/rules pkg/chart/common; do
    printf -- '-X %s ' "helm.sh/helm/v4/$module.k8sVersionMajor=$major" "helm.sh/helm/v4/$module.k8sVersionMinor=$minor"
  done
}

build_kube() {
  local out=$1 arch name api
  cd "$here/kube"
  mkdir -p "$out/bin"
  with_progress "building Kubernetes $kubernetes from its Go modules (the first time 5 to 10 minutes)" \
    "$go" build -trimpath -ldflags="-s -w $(version_stamp)" -o "$out/bin/kube" .
  arch=$("$go" env GOARCH)
  api=$out/k8s/$kubernetes-linux-$arch
  mkdir -p "$api"
  for name in $("$out/bin/kube" --names); do ln -s kube "$out/bin/$name"; done
  for name in etcd kube-apiserver kubectl; do ln -s ../../bin/kube "$api/$name"; done
}

# Two callers at once must not build twice, and a build that was cut short must not look finished.
cached() {
  local kind=$1 sources=$2 target draft
  target=$cache/cluster/$kind-$(sources_hash "$sources")
  if [[ ! -d $target ]]; then
    exec 9>"$cache/cluster/.lock-$kind"
    flock -n 9 || { echo "  waiting for another build of $kind to finish …" >&2 && flock 9; }
    if [[ ! -d $target ]]; then
      draft=$(mktemp -d "$cache/cluster/.draft-XXXXXX")
      chmod 755 "$draft"
      # A program of its own: a function that is called with || would go on after its own failures.
      "$here/tools.sh" --build "$kind" "$draft" || { rm -rf "$draft" && fail "building $sources failed; see the lines above"; }
      mv "$draft" "$target"
      find "$cache/cluster" -mindepth 1 -maxdepth 1 -name "$kind-*" -mtime +14 -exec rm -rf {} +
    fi
    exec 9>&-
  fi
  echo "$target/bin"
}

case ${1:-} in
  '') cached kube kube ;;
  --manager) cached manager cluster ;;
  --build) "build_$2" "$3" ;;
  *) fail "unknown argument $1; use no argument or --manager" ;;
esac
