# Sourced: free_port prints one; until_listening PORT waits for a server on loopback, at most 60 s; start_broker starts the local stack.
free_port() { node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'; }
until_listening() {
  for _ in $(seq 300); do
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
    sleep 0.2
  done
  echo "nothing listens on port $1 after a minute" >&2
  return 1
}
# start_broker LOG JOB: the local stack in the background as that job; sets broker and tokens to its addresses.
start_broker() {
  node_modules/.bin/node local/start.ts --port 0 >"$1" 2>&1 &
  for _ in $(seq 600); do
    grep --quiet '^ready ' "$1" && break
    kill -0 "$2" 2>/dev/null || break
    sleep 0.2
  done
  broker="$(sed -n 's/^ready //p' "$1")"
  tokens="$(grep --only-matching --max-count=1 -E 'http://127\.0\.0\.1:[0-9]+/token' "$1" || true)"
  [[ -n "$broker" && -n "$tokens" ]] && return
  echo 'the local stack did not come up' >&2
  cat "$1" >&2
  return 1
}
