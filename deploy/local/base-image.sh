#!/usr/bin/env bash
# Prints the image file (docker save) that Jib builds the services' images on, making it first where the cache has none.
exec "$(dirname "${BASH_SOURCE[0]}")/kintsugi-cluster" base-image
