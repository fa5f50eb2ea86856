#!/usr/bin/env bash
# mttr-two-nodes.sh FILE: as mttr.sh, with a second node that can take over.
set -eu
NODES=2 exec "$(dirname "$0")/mttr.sh" "$1"
