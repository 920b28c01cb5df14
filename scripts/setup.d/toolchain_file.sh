# build/toolchain.cmake: what CMake has to know of the set-up. Rewritten only when it changes, for a
# new time stamp makes every build folder configure again.
write_toolchain_file() {
  local file=build/toolchain.cmake
  {
    echo "# Written by scripts/setup."
    echo "set(TARE_CACHE \"$CACHE\")"
    local name repository commit rest
    while read -r name repository commit rest; do
      echo "set(TARE_SOURCE_$(upper "$name") \"$(source_folder "$name" "$commit")\")"
    done < <(third_party_parts)
    [ ! -x "$(flatc_folder)/bin/flatc" ] || echo "set(TARE_FLATC \"$(flatc_folder)/bin/flatc\")"
    emscripten_toolchain_lines
  } >"$file.new"
  if cmp -s "$file.new" "$file"; then rm "$file.new"; else mv "$file.new" "$file"; fi
}
