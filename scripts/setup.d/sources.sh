# The pinned third-party sources of cmake/third_party.txt, unpacked to CACHE/sources/<name>-<commit>.
# On Debian they are upstream's tarballs from Debian 13's source packages; elsewhere upstream's git.
third_party_parts() { grep -E '^[a-z]' "$PROJECT/cmake/third_party.txt"; }

upper() { tr '[:lower:]' '[:upper:]' <<<"$1"; }

source_folder() { # name commit
  echo "$CACHE/sources/$1-${2:0:12}"
}

each_missing_source() { # calls "$@" name repository commit package hash
  local name repository commit package hash
  while read -r name repository commit package hash; do
    [ -e "$(source_folder "$name" "$commit")" ] || "$@" "$name" "$repository" "$commit" "$package" "$hash"
  done < <(third_party_parts)
}

fetch_sources() {
  local missing
  missing=$(each_missing_source echo | wc -l)
  [ "$missing" != 0 ] || return 0
  mkdir -p "$CACHE/sources"
  if on_debian; then
    step "Debian 13's package lists" "Check the network; $(debian_mirror) must be reachable." open_private_apt trixie
    each_missing_source step_tarball
  else
    each_missing_source step_git
  fi
}

step_tarball() {
  step "Source of $1" "Check the network, or set FETCHCONTENT_SOURCE_DIR_$(upper "$1") to a copy." unpack_tarball "$@"
}

step_git() {
  step "Source of $1" "Check that $2 can be reached, or set FETCHCONTENT_SOURCE_DIR_$(upper "$1") to a copy." clone_commit "$@"
}

# Not every mirror has every tarball of every suite: sid's may be there where trixie's is not.
unpack_tarball() { # name repository commit package hash
  local work tarball suite top
  work=$(mktemp -d "$CACHE/sources/.$1.XXXXXX")
  for suite in trixie sid; do
    open_private_apt "$suite"
    (cd "$work" && private_apt "$suite" source --download-only --tar-only "$4") || true
    tarball=$(find "$work" -name '*.orig.tar.*' ! -name '*.asc' | head -n 1)
    if [ -n "$tarball" ] && [ "$(sha256sum "$tarball" | cut -d' ' -f1)" = "$5" ]; then
      break
    fi
    [ -z "$tarball" ] || echo "$suite has $(basename "$tarball"), whose hash is not the pinned $5"
    rm -f "$work"/*.orig.tar.*
    tarball=''
  done
  if [ -z "$tarball" ]; then
    rm -rf "$work"
    return 1
  fi
  mkdir "$work/tree"
  # Their tests and documents are the larger half, and nothing here reads them.
  tar xf "$tarball" -C "$work/tree" --exclude=test --exclude=tests --exclude=bench --exclude=docs --exclude=doc
  # Some tarballs have one top folder, some have none.
  top=$work/tree
  if [ "$(ls -A "$top" | wc -l)" = 1 ]; then top=$top/$(ls -A "$top"); fi
  settle "$top" "$(source_folder "$1" "$3")"
  rm -rf "$work"
}

clone_commit() { # name repository commit
  local work
  work=$(mktemp -d "$CACHE/sources/.$1.XXXXXX")
  git -C "$work" init -q
  git -C "$work" fetch -q --depth 1 "$2" "$3"
  git -C "$work" checkout -q FETCH_HEAD
  [ "$(git -C "$work" rev-parse HEAD)" = "$3" ]
  rm -rf "$work/.git"
  settle "$work" "$(source_folder "$1" "$3")"
}
