# A second, private state of apt that knows one other suite of the machine's own Debian mirror. It
# downloads and checks signatures and hashes as apt does, needs no root, and touches nothing of the
# system.
private_apt_folder() { echo "$CACHE/apt/$1"; }

# The mirror from which the machine itself gets its release.
debian_mirror() {
  local codename
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(CODENAME)' 'Created-By: Packages' |
    awk -v c="$codename" '$2 == "Debian" && $3 == c { print $1; exit }'
}

open_private_apt() { # suite
  local suite=$1 folder mirror signed
  folder=$(private_apt_folder "$suite")
  [ ! -e "$folder/ready" ] || return 0
  mirror=$(debian_mirror)
  if [ -z "$mirror" ]; then
    echo "apt knows no Debian mirror: run apt-get update first"
    return 1
  fi
  mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
  signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
  printf 'deb %s %s %s main\ndeb-src %s %s %s main\n' "$signed" "$mirror" "$suite" "$signed" "$mirror" "$suite" \
    >"$folder/sources.list"
  # The hooks are cleared because a container's own clean the system's archives after an update.
  cat >"$folder/apt.conf" <<CONF
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::State::Lists "$folder/lists";
Dir::Cache "$folder/cache";
Dir::Etc::SourceList "$folder/sources.list";
Dir::Etc::SourceParts "/dev/null";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons-small::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons::DefaultEnabled "false";
Acquire::Retries "3";
APT::Sandbox::User "";
CONF
  APT_CONFIG=$folder/apt.conf apt-get update
  touch "$folder/ready"
}

private_apt() { # suite apt-get-arguments...
  local folder
  folder=$(private_apt_folder "$1")
  shift
  APT_CONFIG=$folder/apt.conf apt-get "$@"
}

# The lists are large and age quickly: they go when the set-up is through.
close_private_apt() { rm -rf "$CACHE/apt"; }
