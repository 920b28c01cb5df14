# System programs. On Debian 12 and newer missing ones are installed with apt; elsewhere they are
# named. A program is looked for, not a package: one that the user put on PATH himself will do.
has() { command -v "$1" >/dev/null 2>&1; }

on_debian() { # 12 or newer, with apt
  has apt-get && [ -r /etc/os-release ] || return 1
  local id version
  id=$(. /etc/os-release && echo "${ID:-}")
  version=$(. /etc/os-release && echo "${VERSION_ID:-0}")
  [ "$id" = debian ] && [ "${version%%.*}" -ge 12 ]
}

# A minimal Python lacks modules that Emscripten imports.
has_python() { python3 -c 'import argparse, json, shutil, subprocess' 2>/dev/null; }

# program=package pairs for what was asked for; a name with a slash is a file.
wanted_programs() {
  if wants native || wants wasm; then
    echo cmake=cmake ninja=ninja-build
    if on_debian; then
      echo ccache=ccache xz=xz-utils clang-19=clang-19 llvm-ar-19=llvm-19
    else
      echo c++=g++ git=git
    fi
  fi
  if wants native && on_debian; then
    echo ld.lld-19=lld-19 /usr/lib/llvm-19/lib/clang/19/lib/linux/libclang_rt.asan-"$(uname -m)".a=libclang-rt-19-dev
  fi
  if wants wasm; then
    echo python3=python3
    if on_debian && ! emcc_is_new_enough emcc; then echo wasm-ld-19=lld-19; fi
  fi
  if wants browser && on_debian && [ -z "$(system_chromium)" ]; then
    echo chromium=chromium
  fi
}

missing_packages() {
  local pair
  for pair in $(wanted_programs); do
    case $pair in
      /*) [ -e "${pair%%=*}" ] || echo "${pair##*=}" ;;
      python3=*) has_python || echo "${pair##*=}" ;;
      *) has "${pair%%=*}" || echo "${pair##*=}" ;;
    esac
  done | sort -u
}

install_packages() {
  local missing sudo=''
  missing=$(missing_packages | tr '\n' ' ')
  [ -n "$missing" ] || return 0
  on_debian || fail "these programs are missing: $missing" \
    "Install them with your package manager (names as in Debian), then run this again."
  if [ "$(id -u)" != 0 ]; then
    has sudo || fail "these packages are missing and installing them needs root: $missing" \
      "As root: apt-get install --no-install-recommends $missing"
    sudo -n true 2>/dev/null || [ -t 0 ] || fail "these packages are missing and sudo wants a password: $missing" \
      "Run: sudo apt-get install --no-install-recommends $missing"
    sudo -v
    sudo=sudo
  fi
  step "Package lists" "Check the network and /etc/apt/sources.list." $sudo apt-get update
  # shellcheck disable=SC2086
  step "System packages: $(wc -w <<<"$missing") of them" "Run: apt-get install --no-install-recommends $missing" \
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
}

check_node() {
  has node || fail "node is missing" "Install Node 20.15 or newer; the README says how on Debian 12."
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 15) ? 0 : 1)' ||
    fail "node is $(node -v), 20.15 or newer is needed" "The README says how to get it on Debian 12."
}
