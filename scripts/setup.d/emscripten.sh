# Emscripten 3.1.69 or newer: the one on PATH, else Debian 13's package (installed there, unpacked
# under the cache on Debian 12, which has the very LLVM it needs), else an emsdk at a pinned tag.
EMSCRIPTEN_VERSION=3.1.69
ACORN_VERSION=8.12.1
ACORN_SHA512=b5ca46c88f736e2cd3f496d5ea8604e3bed5ea64e55efbe2d13d06dd2348604d9aa66fc6e61b816b5f8af3d5467a8bdb83e8f2702adf865dc00f112b3ae3ba26
emscripten_folder() { echo "$CACHE/emscripten-$EMSCRIPTEN_VERSION"; }
emsdk_folder() { echo "$CACHE/emsdk-$EMSCRIPTEN_VERSION"; }

emcc_is_new_enough() { # program
  local version
  version=$("$1" --version 2>/dev/null | sed -nE '1s/.*[) ]([0-9]+\.[0-9]+\.[0-9]+).*/\1/p') || return 1
  [ -n "$version" ] && printf '%s\n' "$EMSCRIPTEN_VERSION" "$version" | sort -CV
}

# Where emcc is, nothing when it has still to be installed.
find_emcc() {
  if emcc_is_new_enough emcc; then
    command -v emcc
  elif [ -x "$(emscripten_folder)/bin/emcc" ]; then
    echo "$(emscripten_folder)/bin/emcc"
  elif [ -x "$(emsdk_folder)/upstream/emscripten/emcc" ]; then
    echo "$(emsdk_folder)/upstream/emscripten/emcc"
  fi
}

install_emscripten() {
  [ -z "$(find_emcc)" ] || return 0
  if on_debian; then
    step "Debian 13's package lists" "Check the network; $(debian_mirror) must be reachable." open_private_apt trixie
    step "Emscripten $EMSCRIPTEN_VERSION" "Check the network and the room in $CACHE." unpack_emscripten
  else
    step "Emscripten $EMSCRIPTEN_VERSION (emsdk)" "Or install it yourself and put emcc on PATH: https://emscripten.org/docs/getting_started/downloads.html" \
      clone_emsdk
  fi
}

clone_emsdk() {
  local work
  work=$(mktemp -d "$CACHE/.emsdk.XXXXXX")
  git clone -q --depth 1 --branch "$EMSCRIPTEN_VERSION" https://github.com/emscripten-core/emsdk.git "$work"
  settle "$work" "$(emsdk_folder)"
  "$(emsdk_folder)/emsdk" install "$EMSCRIPTEN_VERSION"
  "$(emsdk_folder)/emsdk" activate "$EMSCRIPTEN_VERSION"
}

unpack_emscripten() {
  local work root final program cache
  work=$(mktemp -d "$CACHE/.emscripten.XXXXXX")
  final=$(emscripten_folder)
  root=$work/usr/share/emscripten
  cache='./usr/share/emscripten/cache/sysroot/lib/wasm32-emscripten'
  # shellcheck disable=SC2086
  unpack_packages "$work" "./usr/share/emscripten/test,$cache/pic,$cache/lto-pic,./usr/share/doc,./usr/share/man,./usr/share/locale,./usr/share/emscripten/docs,$cache/*asan*,$cache/*ubsan*,$cache/*lsan*,$cache/*-ww*,$cache/*wasmfs*,$cache/lto/*asan*,$cache/lto/*ubsan*,$cache/lto/*lsan*,$cache/lto/*-ww*,$cache/lto/*wasmfs*" \
    emscripten binaryen $LOADER_PACKAGES
  # emcc --cflags compiles this file to see its own flags.
  mkdir -p "$root/test"
  echo 'int main() { return 0; }' >"$root/test/hello_world.c"
  install_acorn "$root"
  for program in "$work"/usr/bin/wasm*; do
    case $program in
      *.py) ;;
      *) write_wrapper "$work/binaryen/bin/$(basename "$program")" "$final" "usr/bin/$(basename "$program")" ;;
    esac
  done
  cat >"$work/config" <<CONFIG
LLVM_ROOT = '/usr/bin'
BINARYEN_ROOT = '$final/binaryen'
NODE_JS = '$(command -v node)'
FROZEN_CACHE = True
LLVM_ADD_VERSION = '19'
CLANG_ADD_VERSION = '19'
CONFIG
  mkdir -p "$work/bin"
  for program in emcc em++ em-config; do
    printf '#!/bin/sh\nEM_CONFIG="%s" exec "%s" "$@"\n' "$final/config" "$final/usr/share/emscripten/$program" >"$work/bin/$program"
    chmod +x "$work/bin/$program"
  done
  settle "$work" "$final"
  smoke_test_emscripten "$final/bin/emcc"
}

# The one npm package that emcc needs to shrink its JavaScript.
install_acorn() { # root
  local work
  work=$(mktemp -d "$CACHE/.acorn.XXXXXX")
  (cd "$work" && npm pack --silent "acorn@$ACORN_VERSION" && sha512sum acorn-*.tgz && sha512sum acorn-*.tgz | grep -q "^$ACORN_SHA512")
  mkdir -p "$1/node_modules/acorn"
  tar xzf "$work/acorn-$ACORN_VERSION.tgz" -C "$1/node_modules/acorn" --strip-components=1
  rm -rf "$work"
}

# Optimised, since only that takes acorn and Binaryen.
smoke_test_emscripten() { # emcc
  local work
  work=$(mktemp -d "$CACHE/.smoke.XXXXXX")
  echo 'int main() { return 42; }' >"$work/a.c"
  "$1" -O2 -msimd128 "$work/a.c" -o "$work/a.js"
  [ "$(node "$work/a.js" >/dev/null; echo $?)" = 42 ]
  rm -rf "$work"
}

# What cmake/toolchain_wasm.cmake needs: emcc for linking, and clang with emcc's flags for compiling,
# which gives the same objects in a third of the time.
emscripten_toolchain_lines() {
  local emcc bin llvm suffix cflags
  emcc=$(find_emcc)
  [ -n "$emcc" ] || return 0
  bin=$(dirname "$emcc")
  echo "set(TARE_EMXX \"$bin/em++\")"
  # Asking emcc takes a second: the answer is kept as long as emcc is the same.
  if [ ! -s build/emcc_flags ] || [ build/emcc_flags -ot "$emcc" ] || [ "$(head -n 1 build/emcc_flags)" != "$emcc" ]; then
    llvm=$("$bin/em-config" LLVM_ROOT)
    suffix=''
    [ -x "$llvm/clang" ] || suffix=-$("$bin/em-config" CLANG_ADD_VERSION)
    cflags=$("$bin/emcc" --cflags)
    printf '%s\n' "$emcc" "$llvm" "$suffix" "$cflags" >build/emcc_flags
  fi
  { read -r emcc; read -r llvm; IFS= read -r suffix; read -r cflags; } <build/emcc_flags
  echo "set(TARE_WASM_LLVM \"$llvm\")"
  echo "set(TARE_WASM_LLVM_SUFFIX \"$suffix\")"
  echo "set(TARE_WASM_CFLAGS \"$cflags\")"
}
