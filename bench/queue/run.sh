#!/usr/bin/env bash
# Durable jobs per second of the queue against Celery on Redis and against bare commits.
# Options go to bench.py, such as: bench/queue/run.sh --rounds 7 --workers 1,8,64
set -euo pipefail
cd "$(dirname "$0")/../.."
cache="${XDG_CACHE_HOME:-$HOME/.cache}/kintsugi/bench-queue"
mkdir -p "$cache" bench/work

JAVA_HOME="$(deploy/bin/find-jdk)"
export JAVA_HOME
deploy/bin/mvn -q -pl control-plane -am package -DskipTests >/dev/null
classpath="control-plane/target/classes:control-plane/target/lib/*"

find_pgbench() {
  command -v pgbench || ls /usr/lib/postgresql/*/bin/pgbench 2>/dev/null | tail -n 1
}
pgbench="$(find_pgbench || true)"
if [ -z "$pgbench" ]; then
  echo "pgbench is missing: apt-get install postgresql-contrib" >&2
  exit 1
fi

# Redis from the distribution's package, unpacked rather than installed: no service is started.
redis="$(command -v redis-server || true)"
if [ -z "$redis" ]; then
  if [ ! -x "$cache/redis/usr/bin/redis-server" ]; then
    echo "unpacking redis-server below $cache"
    mkdir -p "$cache/debs" "$cache/redis"
    (cd "$cache/debs" && apt-get download redis-server redis-tools liblzf1 libjemalloc2 libatomic1 \
      liblua5.1-0 lua-bitop lua-cjson libhiredis0.14 >/dev/null 2>&1) || {
      echo "redis-server is missing: apt-get install redis-server" >&2
      exit 1
    }
    for deb in "$cache"/debs/*.deb; do dpkg -x "$deb" "$cache/redis"; done
  fi
  redis="$cache/redis/usr/bin/redis-server"
  export LD_LIBRARY_PATH="$cache/redis/usr/lib/x86_64-linux-gnu${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi

if [ ! -x "$cache/venv/bin/celery" ]; then
  echo "installing Celery below $cache"
  python3 -m venv "$cache/venv"
  "$cache/venv/bin/pip" install -q -r bench/queue/requirements.txt
fi

exec "$cache/venv/bin/python" bench/queue/bench.py --java "$JAVA_HOME/bin/java" --classpath "$classpath" \
  --pgbench "$pgbench" --redis "$redis" --python "$cache/venv/bin/python" --work bench/work \
  --out bench/results/queue.json "$@"
