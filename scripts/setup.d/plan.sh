# Says before anything is fetched how much it will be, and where it goes. The numbers are what was
# seen on Debian 12; apt itself says the size of its packages while it installs them.
PLAN_FETCH=0
PLAN_UNPACK=0
PLAN_LINES=()

plan() { # what, megabytes to fetch, megabytes unpacked, where
  PLAN_FETCH=$((PLAN_FETCH + $2))
  PLAN_UNPACK=$((PLAN_UNPACK + $3))
  PLAN_LINES+=("$(printf '  %-40s fetch %4d MB, unpack %4d MB to %s' "$1" "$2" "$3" "$4")")
}

package_megabytes() { # fetch and installed size of Debian packages, by name
  local fetch=1 unpack=3 package
  for package in "$@"; do
    case $package in
      clang-19) fetch=$((fetch + 95)) unpack=$((unpack + 520)) ;;
      llvm-19) fetch=$((fetch + 20)) unpack=$((unpack + 110)) ;;
      libclang-rt-19-dev) fetch=$((fetch + 5)) unpack=$((unpack + 40)) ;;
      lld-19) fetch=$((fetch + 2)) unpack=$((unpack + 6)) ;;
      g++) fetch=$((fetch + 60)) unpack=$((unpack + 230)) ;;
      chromium) fetch=$((fetch + 130)) unpack=$((unpack + 480)) ;;
      git | cmake) fetch=$((fetch + 15)) unpack=$((unpack + 60)) ;;
      *) fetch=$((fetch + 2)) unpack=$((unpack + 8)) ;;
    esac
  done
  echo "$fetch $unpack"
}

say_plan() {
  local missing free sizes lists=0
  missing=$(missing_packages)
  if [ -n "$missing" ]; then
    # shellcheck disable=SC2086
    read -r -a sizes < <(package_megabytes $missing)
    plan "$(wc -w <<<"$missing") system packages" "${sizes[0]}" "${sizes[1]}" "the system, by apt"
  fi
  if wants native || wants wasm; then
    if [ "$(each_missing_source echo | wc -l)" != 0 ]; then
      plan "Third-party sources" 15 150 "$CACHE"
      lists=1
    fi
    if on_debian && [ ! -x "$(flatc_folder)/bin/flatc" ]; then
      plan "FlatBuffers compiler" 5 19 "$CACHE"
      lists=1
    fi
  fi
  if wants wasm && [ -z "$(find_emcc)" ]; then
    plan "Emscripten $EMSCRIPTEN_VERSION" 246 330 "$CACHE"
    lists=1
  fi
  [ $lists = 0 ] || ! on_debian || plan "Debian 13's package lists, for the while" 32 130 "$CACHE"
  ! wants npm || npm_is_current || plan "npm packages" 30 120 "node_modules"
  [ ${#PLAN_LINES[@]} -gt 0 ] || return 0
  echo "To fetch about $PLAN_FETCH MB and unpack about $PLAN_UNPACK MB:"
  printf '%s\n' "${PLAN_LINES[@]}"
  free=$(df -Pm "$CACHE" | awk 'NR == 2 { print $4 }')
  [ "$free" -gt $((PLAN_FETCH + PLAN_UNPACK)) ] ||
    fail "only $free MB are free where $CACHE is" "Free some, or put the cache elsewhere: TARE_CACHE=/some/where npm test"
}
