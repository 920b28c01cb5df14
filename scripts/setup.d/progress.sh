# One line per step, with the time it took; its output goes to a log that is shown when it fails.
STARTED=$SECONDS
STEPS_RUN=0
SETUP_LOG=$CACHE/setup.log

fail() { # what failed, what to do
  printf '\nscripts/setup: %s\n' "$1" >&2
  [ -z "${2:-}" ] || printf '  %s\n' "$2" >&2
  exit 1
}

# step <title> <what to do when it fails> <command...>
step() {
  local title=$1 remedy=$2 began=$SECONDS ticker='' status=0
  shift 2
  STEPS_RUN=$((STEPS_RUN + 1))
  printf '  %-52s' "$title"
  if [ -t 1 ]; then
    (while sleep 1; do printf '\r  %-52s %4d s' "$title" "$((SECONDS - began))"; done) &
    ticker=$!
  fi
  # In a subshell of its own with errexit, which a condition around it would switch off.
  set +e
  (set -e; "$@") >"$SETUP_LOG" 2>&1
  status=$?
  set -e
  if [ -n "$ticker" ]; then
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    printf '\r  %-52s' "$title"
  fi
  if [ $status -ne 0 ]; then
    printf ' failed after %d s\n\n' "$((SECONDS - began))"
    tail -n 15 "$SETUP_LOG" | sed 's/^/    /'
    fail "'$title' failed; all its output is in $SETUP_LOG" "$remedy"
  fi
  printf ' %4d s\n' "$((SECONDS - began))"
}

# Moves a folder that is complete into place at once, so that an interrupted step leaves no half.
settle() { # from to
  rm -rf "$2.old"
  [ ! -e "$2" ] || mv "$2" "$2.old"
  mv "$1" "$2"
  rm -rf "$2.old"
}
