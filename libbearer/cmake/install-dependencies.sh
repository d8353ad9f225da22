#!/usr/bin/env bash
#
# Installs what the build needs and is not there yet. Run it as often as you
# like: with everything in place it only looks and prints two lines.
#
#   install-dependencies.sh                what building and testing needs
#   install-dependencies.sh --with-lint    the formatter and the linters as well
#   install-dependencies.sh --with-bench   what the benchmarks' report needs
#                                          as well
#   install-dependencies.sh --with-fuzz    what the fuzz targets need as well
#   install-dependencies.sh --with-log     the same with a CAF that was built
#                                          with logging
#   install-dependencies.sh --with-tsan    the same with a CAF that was built
#                                          for ThreadSanitizer
#   install-dependencies.sh --print-prefix nothing is installed; prints the
#                                          prefix of the CAF to build with, with
#                                          "log" or "tsan" behind it that of
#                                          that CAF
#   install-dependencies.sh --print-glewlwyd
#                                          nothing is installed; prints the
#                                          folder of the OAuth server for tests
#
# Debian packages come from the mirror this machine is configured for, through
# package lists in a temporary folder. CAF is taken from CAF_ROOT,
# CMAKE_PREFIX_PATH or the system where one of them has a recent one, and built
# once into a per-user cache folder otherwise.

set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=dependencies-apt.sh
source "$here/dependencies-apt.sh"
# shellcheck source=dependencies-caf.sh
source "$here/dependencies-caf.sh"
# shellcheck source=dependencies-glewlwyd.sh
source "$here/dependencies-glewlwyd.sh"

say() { printf -- '-- %s\n' "$*"; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Prints the tail of a log that is about to be deleted, then fails.
fail_with_log() {
  tail -n 30 "$1" >&2
  fail "${@:2}"
}

scratch=
scratch_folder() {
  [[ -n $scratch ]] && return
  scratch=$(mktemp -d)
  # apt drops its rights for downloads and must be able to enter.
  chmod 755 "$scratch"
}

clean_up() {
  [[ -z $scratch ]] || rm -rf "$scratch"
  discard_unfinished_caf
}

# The prefixes that CMake would search, the user's own wishes first.
search_prefixes() {
  local IFS=$':\n'
  # shellcheck disable=SC2086  # split at colons on purpose
  printf '%s\n' ${CAF_ROOT:-} ${CMAKE_PREFIX_PATH:-} /usr/local /usr
}

# Holds if any prefix has a file that matches one of the given patterns.
in_some_prefix() {
  local prefix pattern
  while read -r prefix; do
    for pattern in "$@"; do
      compgen -G "$prefix/$pattern" >/dev/null && return
    done
  done < <(search_prefixes)
  return 1
}

# Catch2 needs a look at its version: CMake's files of version 2 are in the
# same place.
has_catch2() {
  local file
  while read -r file; do
    grep -qE 'PACKAGE_VERSION "([3-9]|[1-9][0-9]+)\.' "$file" && return
  done < <(search_prefixes | while read -r prefix; do
    compgen -G "$prefix/lib*/cmake/Catch2/Catch2ConfigVersion.cmake" || true
    compgen -G "$prefix/lib/*/cmake/Catch2/Catch2ConfigVersion.cmake" || true
    compgen -G "$prefix/share/*atch2/Catch2ConfigVersion.cmake" || true
  done)
  return 1
}

# Any compiler will do: the one that CXX names, with or without flags behind the
# name, or one of those that CMake finds by itself.
has_compiler() {
  local cxx=${CXX:-} name
  for name in "$cxx" "${cxx%% *}" g++ clang++; do
    command -v "$name" >/dev/null && return
  done
  return 1
}

# Clang comes without it where packages that are only recommended are left out.
has_libfuzzer() {
  local folder
  folder=$(clang++ -print-resource-dir 2>/dev/null) || return
  compgen -G "$folder/lib/*/libclang_rt.fuzzer*.a" >/dev/null
}

# Holds if the thing that a Debian package provides can be used, wherever it
# comes from.
usable() {
  case $1 in
    g++) has_compiler ;;
    libcatch2-dev) has_catch2 ;;
    libbenchmark-dev) in_some_prefix include/benchmark/benchmark.h ;;
    ninja-build) command -v ninja >/dev/null ;;
    iproute2) command -v ip >/dev/null ;;
    # Debian's own, for which Debian's modules are.
    python3) [[ -x /usr/bin/python3 ]] ;;
    python3-django-oauth-toolkit)
      /usr/bin/python3 -c 'import oauth2_provider' 2>/dev/null
      ;;
    python3-matplotlib) /usr/bin/python3 -c 'import matplotlib' 2>/dev/null ;;
    rapidjson-dev) in_some_prefix include/rapidjson/document.h ;;
    libcurl4-openssl-dev) in_some_prefix include/curl/curl.h \
      'include/*/curl/curl.h' ;;
    libgrpc++-dev) in_some_prefix include/grpcpp/grpcpp.h ;;
    libjwt-dev) in_some_prefix include/jwt.h ;;
    libclang-rt-dev) has_libfuzzer ;;
    libssl-dev) in_some_prefix include/openssl/ssl.h ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# Prints the packages that are missing, one per line.
missing_packages() {
  local package
  for package in "$@"; do
    usable "$package" || echo "$package"
  done
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages "$@")
  if ((${#missing[@]} == 0)); then
    say "packages: all present"
    return
  fi
  require_apt "${missing[@]}"
  apt_install "${missing[@]}"
}

# Without apt the user gets one line with everything that is missing, CAF
# included, rather than one line at each attempt.
require_apt() {
  command -v apt-get >/dev/null && return
  fail "no apt-get here to install: $* (install by hand; headers and" \
    "CMake packages outside the system's folders: name their prefixes in" \
    "CMAKE_PREFIX_PATH, CAF's in CAF_ROOT)"
}

main() {
  local wanted=(g++ cmake ninja-build make libcatch2-dev libbenchmark-dev
    rapidjson-dev libcurl4-openssl-dev libgrpc++-dev libjwt-dev libssl-dev
    pkg-config python3 valgrind python3-django-oauth-toolkit iproute2)
  local prefix
  case ${1-} in
    --print-prefix)
      [[ -z ${2-} ]] || use_caf_variant "$2"
      caf_prefix && exit || exit 1
      ;;
    --print-glewlwyd) glewlwyd_root && exit || exit 1 ;;
    --with-log) use_caf_variant log ;;
    --with-tsan) use_caf_variant tsan ;;
    --with-lint) wanted+=(clang-format clang-tidy cppcheck) ;;
    --with-fuzz) wanted+=(clang libclang-rt-dev) ;;
    --with-bench) wanted+=(python3-matplotlib) ;;
    '') ;;
    *) fail "unknown argument '$1', known are --with-lint, --with-fuzz," \
      "--with-bench, --with-log, --with-tsan, --print-prefix and" \
      "--print-glewlwyd" ;;
  esac
  trap clean_up EXIT
  trap 'exit 130' INT TERM HUP
  if prefix=$(caf_prefix); then
    install_packages "${wanted[@]}"
  else
    reject_unusable_caf_root
    # shellcheck disable=SC2046  # one word per package
    command -v apt-get >/dev/null \
      || require_apt $(missing_packages "${wanted[@]}") "CAF >= $caf_version"
    install_packages "${wanted[@]}"
    build_caf
    prefix=$(caf_prefix)
  fi
  provide_glewlwyd
  say "CAF: $prefix"
}

main "$@"
