# The FlatBuffers compiler, built once from the pinned source for the machine that builds.
flatc_program() {
  local commit
  commit=$(third_party_parts | awk '$1 == "flatbuffers" { print substr($3, 1, 12) }')
  echo "$CACHE/flatc-$commit/flatc"
}

build_flatc() {
  [ -x "$(flatc_program)" ] || step "FlatBuffers compiler" "The compiler's message above says what is wrong." compile_flatc
}

compile_flatc() {
  local source work commit
  commit=$(third_party_parts | awk '$1 == "flatbuffers" { print $3 }')
  source=$(source_folder flatbuffers "$commit")
  work=$(mktemp -d "$CACHE/.flatc.XXXXXX")
  # Unoptimised: it runs for a few milliseconds on one schema.
  cmake -S "$source" -B "$work" -G Ninja -DCMAKE_BUILD_TYPE=None -DFLATBUFFERS_BUILD_TESTS=OFF \
    -DFLATBUFFERS_INSTALL=OFF -DFLATBUFFERS_BUILD_FLATLIB=OFF -DCMAKE_POLICY_VERSION_MINIMUM=3.5
  cmake --build "$work" --target flatc
  mkdir "$work/out"
  cp "$work/flatc" "$work/out/flatc"
  settle "$work/out" "$(dirname "$(flatc_program)")"
  rm -rf "$work"
}
