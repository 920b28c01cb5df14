# Programs of Debian 13 beside a system that may be older: packages are unpacked under the cache,
# never installed, and a program among them is run through Debian 13's own loader and C library.
LOADER_PACKAGES="libc6 libstdc++6 libgcc-s1"

# unpack_packages <folder> <tar exclude patterns, comma separated> <package...>
unpack_packages() {
  local folder=$1 patterns=$2 work deb excludes=()
  shift 2
  open_private_apt trixie
  work=$(mktemp -d "$CACHE/.debs.XXXXXX")
  (cd "$work" && private_apt trixie download "$@")
  IFS=, read -ra patterns <<<"$patterns"
  for pattern in "${patterns[@]}"; do excludes+=("--exclude=$pattern"); done
  mkdir -p "$folder"
  for deb in "$work"/*.deb; do
    # Each archive goes once unpacked: the largest is a quarter of a gigabyte.
    dpkg-deb --fsys-tarfile "$deb" | tar x -C "$folder" --no-same-owner "${excludes[@]}"
    rm "$deb"
  done
  rm -rf "$work"
}

# write_wrapper <script> <root of the unpacked packages, its place when all is done> <program in it>
write_wrapper() {
  local triplet loader
  triplet=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")
  case $(uname -m) in
    x86_64) loader=ld-linux-x86-64.so.2 ;;
    aarch64) loader=ld-linux-aarch64.so.1 ;;
    *) echo "no loader known for $(uname -m)"; return 1 ;;
  esac
  mkdir -p "$(dirname "$1")"
  cat >"$1" <<WRAPPER
#!/bin/sh
exec "$2/usr/lib/$triplet/$loader" --library-path "$2/usr/lib/$triplet" "$2/$3" "\$@"
WRAPPER
  chmod +x "$1"
}
