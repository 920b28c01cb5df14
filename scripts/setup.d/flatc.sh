# The FlatBuffers compiler for the machine that builds: on Debian the program of Debian 13, which is
# of the pinned version; elsewhere CMake builds it from the pinned source (cmake/flatbuffers.cmake).
FLATC_VERSION=23.5.26
flatc_folder() { echo "$CACHE/flatc-$FLATC_VERSION"; }

install_flatc() {
  on_debian && [ ! -x "$(flatc_folder)/bin/flatc" ] || return 0
  step "FlatBuffers compiler" "Check the network; $(debian_mirror) must be reachable." unpack_flatc
}

unpack_flatc() {
  local work
  work=$(mktemp -d "$CACHE/.flatc.XXXXXX")
  # shellcheck disable=SC2086
  unpack_packages "$work" './usr/share/*' flatbuffers-compiler libflatbuffers23.5.26 $LOADER_PACKAGES
  write_wrapper "$work/bin/flatc" "$(flatc_folder)" usr/bin/flatc
  settle "$work" "$(flatc_folder)"
  "$(flatc_folder)/bin/flatc" --version | grep -F "$FLATC_VERSION"
}
