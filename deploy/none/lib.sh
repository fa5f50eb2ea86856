# Shared by the scripts beside it. Processes are recorded as "pid starttime" so that only our own are ever signalled.
state_dir=${KINTSUGI_STATE_DIR:-$PWD/.kintsugi}
run_dir=$state_dir/run
log_dir=$state_dir/log
data_dir=$state_dir/data
mkdir -p "$run_dir" "$log_dir" "$data_dir"
JAVA_HOME=$(deploy/bin/find-jdk)
java=$JAVA_HOME/bin/java

start_time() { awk '{print $22}' "/proc/$1/stat" 2>/dev/null; }

record() { echo "$2 $(start_time "$2")" >"$run_dir/$1.pid"; }

running() {
  local pid started
  read -r pid started 2>/dev/null <"$run_dir/$1.pid" || return 1
  [ "$(start_time "$pid")" = "$started" ]
}

stop() {
  running "$1" || { rm -f "$run_dir/$1.pid"; return 0; }
  local pid
  read -r pid _ <"$run_dir/$1.pid"
  kill -TERM "$pid" 2>/dev/null || true
  local i
  for ((i = 0; i < 400; i++)); do
    running "$1" || break
    read -rt 0.1 <> <(:) || true
  done
  if running "$1"; then
    echo "$1 did not stop within 40 s and is killed" >&2
    pkill -KILL -P "$pid" || true
    kill -KILL "$pid" 2>/dev/null || true
  fi
  rm -f "$run_dir/$1.pid"
}

# await NAME URL SECONDS: polls until URL answers 2xx, showing that time passes.
await() {
  local i
  for ((i = 0; i < $3 * 2; i++)); do
    curl -fsS -o /dev/null --max-time 2 "$2" 2>/dev/null && return 0
    running "$1" || { echo "$1 stopped; its last lines:" >&2; tail -n 5 "$log_dir/$1.log" >&2; return 1; }
    ((i % 10 == 9)) && echo "  waiting for $1 ($((i / 2 + 1)) s)"
    read -rt 0.5 <> <(:) || true
  done
  echo "$1 is not ready after $3 s. It says: $(curl -sS --max-time 2 "$2" 2>&1 | head -c 400)" >&2
  echo "The end of $log_dir/$1.log:" >&2
  tail -n 3 "$log_dir/$1.log" | cut -c1-400 >&2
  return 1
}
