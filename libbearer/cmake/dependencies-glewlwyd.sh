# glewlwyd: the OAuth 2.0 server that the tests start. Sourced by
# install-dependencies.sh.
#
# Debian's package would run it as a service of the machine, at every boot. So
# only the libraries it needs are installed; the server itself is unpacked into
# the user's cache folder.

cached_glewlwyd() {
  echo "$(cache_folder)/glewlwyd-$(machine_name)"
}

# Prints the folder that takes the place of / for it: the system's own or that
# in our cache. Fails if it runs in neither.
glewlwyd_root() {
  local root
  for root in / "$(cached_glewlwyd)"; do
    "${root%/}/usr/bin/glewlwyd" --version >/dev/null 2>&1 || continue
    echo "$root"
    return
  done
  return 1
}

is_installed() {
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Prints what the server of a Debian package needs and is not installed: its
# libraries, and the program that makes its database.
missing_for_glewlwyd() {
  local package
  dpkg-deb -f "$1" Depends | tr ',' '\n' \
    | sed -n -E 's/^ *(lib[^ ]+|sqlite3)( .*)?$/\1/p' \
    | while read -r package; do
      is_installed "$package" || echo "$package"
    done
}

# The server appears under its final name in one step, complete.
unpack_glewlwyd() {
  local final=$1 incoming=$scratch/incoming missing
  mkdir -p "$incoming"
  apt_download "$incoming" glewlwyd
  mapfile -t missing < <(missing_for_glewlwyd "$incoming"/glewlwyd_*.deb)
  ((${#missing[@]} == 0)) || apt_install "${missing[@]}"
  make_cache_folder "$(cache_folder)"
  say "unpacking glewlwyd into $final"
  rm -rf "$final" "$final".*
  incoming=$(mktemp -d "$final.XXXXXX") \
    && dpkg-deb -x "$scratch"/incoming/glewlwyd_*.deb "$incoming" \
    && mv "$incoming" "$final"
}

# Nothing but some tests needs it, hence no failure here is one of the set-up.
provide_glewlwyd() {
  glewlwyd_root >/dev/null && return
  scratch_folder
  (unpack_glewlwyd "$(cached_glewlwyd)") && glewlwyd_root >/dev/null && return
  say "no glewlwyd here: the tests against a real OAuth server are skipped"
}
