# CAF: finding a usable one, or building it. Sourced by install-dependencies.sh.

caf_version=0.18.7
caf_tarball=actor-framework_$caf_version.orig.tar.gz
caf_sha256=d5c3abe8fd67a729aab1baeece10367637d903ba335f4c79378bcadfbcd34552

# A variant is the name of a build of CAF beside the ordinary one, and the
# options by which the two differ.
caf_variant=
caf_variant_options=()

use_caf_variant() {
  caf_variant=$1
  case $1 in
    # With a log, for the tests that look for secrets in it. They take no time,
    # so that the build should not either.
    log) caf_variant_options=(-DCAF_LOG_LEVEL=TRACE
      -DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O0) ;;
    # For ThreadSanitizer, which must see how CAF synchronises.
    tsan) caf_variant_options=(-DCAF_SANITIZERS=thread) ;;
    *) fail "unknown variant '$1' of CAF, known are log and tsan" ;;
  esac
}

# The folder of this user that outlives a clone of the repository.
cache_folder() {
  local base=${XDG_CACHE_HOME:-}
  if [[ $base != /* ]]; then
    # Services and containers often have no HOME.
    local home=${HOME:-$(getent passwd "$(id -u)" | cut -d: -f6 || true)}
    base=${home:-/var/tmp/$(id -u)}/.cache
  fi
  echo "$base/libbearer"
}

# The release and the machine are part of names in the cache: homes are shared
# between hosts, and a library of one may not load on another.
machine_name() {
  local system
  system=$(. /etc/os-release 2>/dev/null && echo "${ID-}${VERSION_ID-}" || true)
  echo "${system:-linux}-$(uname -m)"
}

cached_caf() {
  echo "$(cache_folder)/caf-$caf_version-$(machine_name)${caf_variant:+-$caf_variant}"
}

# Prints the version of the CAF under a prefix, nothing if there is none.
caf_version_in() {
  local file
  for file in "$1"/{lib,lib64,lib/*}/cmake/CAF/CAFConfigVersion.cmake; do
    [[ -r $file ]] || continue
    sed -n 's/^set(PACKAGE_VERSION "\([0-9.]*\)")$/\1/p' "$file" | head -n 1
    return
  done
}

recent_enough() {
  [[ -n $1 && $(printf '%s\n' "$caf_version" "$1" | sort -V | head -n 1) == "$caf_version" ]]
}

# Prints the prefix to build with: the user's own, the system's, our cache's.
# Fails if there is none. Of a variant only our cache is known to have one.
caf_prefix() {
  local prefix candidates
  if [[ -n $caf_variant ]]; then
    candidates=$(cached_caf)
  elif [[ -n ${CAF_ROOT:-} ]]; then
    candidates=$CAF_ROOT
  else
    candidates=$(search_prefixes; cached_caf)
  fi
  while read -r prefix; do
    recent_enough "$(caf_version_in "$prefix")" || continue
    echo "$prefix"
    return
  done <<<"$candidates"
  return 1
}

# Somebody who names a CAF wants that one, not another in its place.
reject_unusable_caf_root() {
  [[ -n $caf_variant || -z ${CAF_ROOT:-} ]] \
    || fail "CAF_ROOT=$CAF_ROOT holds no CAF $caf_version or later" \
      "(found: $(caf_version_in "$CAF_ROOT" | grep . || echo none))"
}

make_cache_folder() {
  mkdir -p "$1"
  # Matters only below /var/tmp, where the name is anybody's to take.
  [[ -O $1 ]] || fail "$1 belongs to somebody else, set XDG_CACHE_HOME"
}

has_caf_checksum() {
  sha256sum --status --check <<<"$caf_sha256  $1" 2>/dev/null
}

# Leaves the verified tarball in the cache folder.
download_caf() {
  local cache=$1 incoming=$2/download
  has_caf_checksum "$cache/$caf_tarball" && return
  mkdir -p "$incoming"
  apt_download_tarball "$incoming" actor-framework
  has_caf_checksum "$incoming/$caf_tarball" \
    || fail "the source package has no $caf_tarball with the expected" \
      "SHA-256 (install CAF >= $caf_version and name its prefix in CAF_ROOT)"
  mv "$incoming/$caf_tarball" "$cache/$caf_tarball"
}

# Configures, builds and installs below the given folder.
compile_caf() {
  local work=$1
  mkdir -p "$work/source" \
    && tar -xf "$2" -C "$work/source" --strip-components=1 || return
  # The libraries find each other beside themselves, so that the prefix can be
  # renamed.
  cmake -S "$work/source" -B "$work/build" -G Ninja \
    -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBUILD_SHARED_LIBS=ON \
    -DCMAKE_INSTALL_LIBDIR=lib "-DCMAKE_INSTALL_RPATH=\$ORIGIN" \
    -DCAF_ENABLE_IO_MODULE=ON -DCAF_ENABLE_OPENSSL_MODULE=ON \
    -DCAF_ENABLE_TESTING=OFF -DCAF_ENABLE_TOOLS=OFF -DCAF_ENABLE_EXAMPLES=OFF \
    "${caf_variant_options[@]}" \
    && cmake --build "$work/build" --parallel "$(nproc)" \
    && cmake --install "$work/build" --prefix "$work/prefix"
}

# The folder of the build under way; whatever is left of it is thrown away.
caf_work=
discard_unfinished_caf() {
  [[ -z $caf_work ]] || rm -rf "$caf_work"
}

# The prefix appears under its final name in one step, complete. A second run
# at the same time waits here and then finds it. The lock goes with the
# process, so an interrupted run locks nobody out.
build_caf() {
  local cache final
  cache=$(cache_folder)
  final=$(cached_caf)
  make_cache_folder "$cache"
  exec {caf_lock}>"$cache/lock"
  flock --nonblock "$caf_lock" || {
    say "waiting for another build of CAF to end"
    flock "$caf_lock"
  }
  recent_enough "$(caf_version_in "$final")" && return
  # Nobody but the holder of the lock builds: these are a killed run's.
  rm -rf "$cache"/unfinished.*
  caf_work=$(mktemp -d "$cache/unfinished.XXXXXX")
  download_caf "$cache" "$caf_work"
  say "building CAF $caf_version into $final (some minutes, once)"
  compile_caf "$caf_work" "$cache/$caf_tarball" >"$caf_work/log" 2>&1 \
    || fail_with_log "$caf_work/log" "CAF does not build"
  rm -rf "$final"
  mv "$caf_work/prefix" "$final"
}
