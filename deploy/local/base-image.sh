#!/usr/bin/env bash
# Prints the image file (docker save) that Jib builds the services' images on, making it first where the cache has none.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
JAVA_HOME=$("$here/../bin/find-jdk")
export JAVA_HOME
exec "$here/kintsugi-cluster" base-image
