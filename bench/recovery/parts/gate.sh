#!/usr/bin/env bash
# gate.sh FILE: gate and encoder as a share of generation time; see bench/gate. ROUNDS (default 5), THREADS (default: all cores).
set -eu
exec "$(dirname "$0")/../../gate/share.sh" "$1"
