#!/usr/bin/env bash
# Gate and encoder as a share of generation time; the samples go to bench/results/gate.json. No peer: no server that we know judges its videos.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
results=$(cd "$here/../.." && pwd)/bench/results
mkdir -p "$results"
"$here/share.sh" "$results/gate.json"
share() { sed -n "s/.*\"$1\": {\"median\": \([0-9.]*\), \"min\": \([0-9.]*\), \"max\": \([0-9.]*\).*/\1 (\2 to \3)/p" "$results/gate.json"; }
echo "RESULT gate_share=$(share gate_share_160x96) gate_share_720p_h100=$(share gate_share_1280x720_of_published_h100)" \
  "gate_share_720p_8_h100=$(share gate_share_1280x720_of_published_8_h100)"
