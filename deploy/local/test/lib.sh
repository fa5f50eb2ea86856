# What the tests of the local cluster share; sourced.
cluster=$(cd .. && pwd)/kintsugi-cluster
command -v go >/dev/null || PATH=$PATH:/usr/local/go/bin:/usr/lib/go/bin

step() { printf -- '-- %s (%d s)\n' "$1" "$SECONDS"; }

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# await COMMAND…: until the command succeeds. Only a failure takes two minutes, however busy the machine is.
await() {
  local deadline=$((SECONDS + 120))
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

# ended PID: the process is gone; one that nobody has collected yet counts as gone.
ended() { ! grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$1/status"; }

# expect_refusal WORDS COMMAND…: the command fails, with those words and without a stack trace.
expect_refusal() {
  local words=$1 output
  shift
  if output=$("$@" 2>&1); then fail "'$*' should have failed"; fi
  [[ $output == *"$words"* ]] || fail "'$*' should have said '$words' and said: $output"
  [[ $output != *"goroutine "* ]] || fail "'$*' printed a stack trace: $output"
}

# Everything a cluster could leave on the machine, in an order that two calls share.
machine() {
  echo "# links, addresses, routes"
  ip -o link show | cut -d: -f2 | sort
  ip -o address show | awk '{print $2, $3, $4}' | sort
  ip route show table all | sed 's/ expires [0-9a-z]*//; s/ metric [0-9]*//' | sort
  echo "# namespaces"
  ip netns list | sort
  echo "# firewall"
  nft list ruleset 2>/dev/null | sed 's/packets [0-9]* bytes [0-9]*//'
  echo "# mounts"
  awk '{print $2, $3}' /proc/self/mounts | sort
  echo "# control groups"
  find /sys/fs/cgroup -type d -path '*kintsugi*' 2>/dev/null | sort
  echo "# kernel settings"
  sysctl -n net.ipv4.ip_forward vm.overcommit_memory kernel.panic kernel.panic_on_oops 2>/dev/null
  echo "# directories"
  find /run /var/lib /var/log /etc /opt -maxdepth 1 \( -name '*kintsugi*' -o -name 'containerd*' -o -name 'cni*' -o -name 'kube*' -o -name pods -o -name containers \) | sort
  echo "# programs"
  for comm in /proc/[0-9]*/comm; do
    grep -xE 'etcd|kube.*|containerd.*|coredns|local-volumes|pause' "$comm" 2>/dev/null >/dev/null || continue
    grep -q '^State:.*Z' "${comm%comm}status" 2>/dev/null || tr '\0' ' ' <"${comm%comm}cmdline"
  done | grep -F -e "${KINTSUGI_CLUSTER_DIR:-/nowhere}" -e /run/kintsugi-cluster | sort || true
}
