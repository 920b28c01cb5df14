# One line per step, with the time it took; its output goes to a log that is shown when it fails.
# The including script sets LOG (a file) and PROGRAM (its name).
STARTED=$SECONDS
STEPS_RUN=0

fail() { # what failed, what to do
  printf '\n%s: %s\n' "$PROGRAM" "$1" >&2
  [ -z "${2:-}" ] || printf '  %s\n' "$2" >&2
  exit 1
}

# On a terminal the line of a running step shows its seconds and, of a build, how far it is.
tick() { # title, second it began
  while sleep 1; do
    printf '\r  %-52s %4d s %-12s' "$1" "$((SECONDS - $2))" \
      "$(tail -c 4000 "$LOG" 2>/dev/null | grep -aoE '^\[[0-9]+/[0-9]+\]' | tail -n 1)"
  done
}

# run_step <title> <command...>: leaves the command's status in STEP_STATUS. To be called as a
# statement of its own: within a condition or before || the shell ignores errexit, in the command too.
# SUMMARY, a pattern, picks the last line of the output that fits to be shown behind the time;
# FAILURE picks what is shown first of a step that failed.
run_step() {
  local title=$1 began=$SECONDS ticker=''
  shift
  STEPS_RUN=$((STEPS_RUN + 1))
  printf '  %-52s' "$title"
  if [ -t 1 ]; then
    tick "$title" "$began" &
    ticker=$!
  fi
  set +e
  (set -e; "$@") >"$LOG" 2>&1
  STEP_STATUS=$?
  set -e
  if [ -n "$ticker" ]; then
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    printf '\r  %-52s' "$title"
  fi
  if [ $STEP_STATUS -ne 0 ]; then
    printf ' failed after %d s\n\n' "$((SECONDS - began))"
    [ -z "${FAILURE:-}" ] || grep -aE -A 24 "$FAILURE" "$LOG" | head -n 120 | sed 's/^/    /' || true
    tail -n "${TAIL:-15}" "$LOG" | sed 's/^/    /'
    return 0
  fi
  printf ' %4d s' "$((SECONDS - began))"
  [ -z "${SUMMARY:-}" ] || printf '  %s' "$(grep -aE "$SUMMARY" "$LOG" | tail -n 1)"
  printf '%*s\n' 12 ''
}

# step <title> <what to do when it fails> <command...>: ends the script when it fails.
step() {
  local title=$1 remedy=$2
  shift 2
  run_step "$title" "$@"
  [ $STEP_STATUS = 0 ] || fail "'$title' failed; all its output is in $LOG" "$remedy"
}

# Moves a folder that is complete into place at once, so that an interrupted step leaves no half.
settle() { # from to
  rm -rf "$2.old"
  [ ! -e "$2" ] || mv "$2" "$2.old"
  mv "$1" "$2"
  rm -rf "$2.old"
}
