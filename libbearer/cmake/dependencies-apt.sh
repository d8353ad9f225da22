# Debian packages through package lists of our own. Sourced by
# install-dependencies.sh.
#
# The user's sources and lists stay as they are: everything that apt learns
# here goes into a temporary folder. Only the installed packages remain.

# The sources that all calls below see; set by apt_prepare.
apt_options=()

require_rights() {
  ((EUID == 0)) || command -v sudo >/dev/null \
    || fail "neither root nor sudo to install: $*"
}

as_root() {
  local sudo=()
  ((EUID == 0)) || sudo=(sudo)
  # The wait is for another package manager that is at work right now.
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive "$@" \
    -oDPkg::Lock::Timeout=600 -oDpkg::Use-Pty=0
}

# Prints "mirror suite label" of Debian's own entries in the machine's
# sources, as apt itself understands them.
configured_suites() {
  apt-get "$@" indextargets --format '$(REPO_URI) $(RELEASE) $(LABEL)' \
    'Created-By: Packages' 'Origin: Debian' 'Component: main' \
    | grep -v '^cdrom:' | sort -u
}

# A machine that never downloaded its lists cannot tell whose its mirrors are.
# The lists of its own sources are then read into the temporary folder.
known_suites() {
  configured_suites && return
  local lists=$scratch/own-lists
  mkdir -p "$lists/partial"
  # A third party's source that is out of reach does not matter here.
  apt-get -oDir::State::Lists="$lists" -qq update >/dev/null 2>&1 || true
  configured_suites -oDir::State::Lists="$lists"
}

apt_entry() {
  echo "$1 [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $2 $3 main"
}

# Prints the sources of the temporary folder: the machine's own suites,
# backports where only they have Catch2 3, and the suite whose source
# package is CAF's.
private_sources() {
  local suites mirror release uri suite
  suites=$(known_suites) || return
  mirror=$(awk '$3 == "Debian" { print $1; exit }' <<<"$suites")
  [[ -n $mirror ]] || return
  while read -r uri suite _; do
    apt_entry deb "$uri" "$suite"
  done <<<"$suites"
  release=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
  if [[ $release == bookworm && $suites != *bookworm-backports* ]]; then
    apt_entry deb "$mirror" bookworm-backports
  fi
  apt_entry deb-src "$mirror" experimental
}

# Fills the temporary folder, once per run.
apt_prepare() {
  ((${#apt_options[@]} == 0)) || return 0
  scratch_folder
  private_sources >"$scratch/sources.list" \
    || fail "no Debian mirror in apt's sources to install: $* (install by" \
      "hand; name prefixes in CMAKE_PREFIX_PATH, CAF's in CAF_ROOT)"
  mkdir -p "$scratch/lists/partial"
  # Without package caches on disk apt has no file to share with the user's
  # lists.
  apt_options=(-oDir::Etc::SourceList="$scratch/sources.list"
    -oDir::Etc::SourceParts=/dev/null
    -oDir::State::Lists="$scratch/lists"
    -oDir::Cache::pkgcache= -oDir::Cache::srcpkgcache=)
  say "reading Debian's package lists"
  apt-get "${apt_options[@]}" update >"$scratch/log" 2>&1 \
    || fail_with_log "$scratch/log" "apt cannot read its package lists"
}

apt_install() {
  require_rights "$@"
  apt_prepare "$@"
  say "installing $*"
  as_root apt-get "${apt_options[@]}" install -y --no-install-recommends \
    "$@" >"$scratch/log" 2>&1 </dev/null \
    || fail_with_log "$scratch/log" "apt cannot install: $*"
}

# Has apt write into a folder: what it downloads is compared with a checksum,
# and the folder belongs to the user, where apt's own user may not write.
apt_write_into() {
  local folder=$1
  (cd "$folder" && apt-get "${apt_options[@]}" -oAPT::Sandbox::User=root \
    "${@:2}") >"$scratch/log" 2>&1
}

# Downloads the upstream tarball of a Debian source package into a folder.
apt_download_tarball() {
  apt_prepare "$2"
  apt_write_into "$1" source --tar-only "$2" \
    || fail_with_log "$scratch/log" "apt cannot download the source of $2"
}

# Downloads a Debian package into a folder without installing it.
apt_download() {
  apt_prepare "$2"
  apt_write_into "$1" download "$2" \
    || fail_with_log "$scratch/log" "apt cannot download: $2"
}
