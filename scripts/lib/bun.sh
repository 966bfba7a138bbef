# Sourced by the scripts beside it: makes sure that `bun` on PATH is the pinned version, and that the
# packages of the lock file are installed.
#
# Needs one of: Bun of the pinned version, npm, or curl (with tar and gzip, which every Debian has).

BUN_VERSION="1.4.5"

# From the registry's metadata of @oven/bun-linux-*; checked when Bun is fetched by curl. npm checks by itself.
bun_archive() {
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64)
      echo "bun-linux-x64 IWX9BELoGHAUtMonkeSaNaZwXzRk+oDw6Mk+HBFXd3KHYIBNBsIGRupMZPcgNoDbJpLu6gAJjIoIVPZtt1aJ1g=="
      ;;
    Linux-aarch64)
      echo "bun-linux-aarch64 4BXmsSKnjOrlGWqZV4x/oWa7AVoR+B6lCXddMzOAXBIm3t50eslg9wb66gmtW1AamEQ1l1CDvmmruysEhqOWMg=="
      ;;
    *) return 1 ;;
  esac
}

# Prints the comment at the head of the calling script, which is its manual, when --help or -h is among the arguments.
print_help_if_asked() {
  local argument
  for argument in "$@"; do
    if [ "$argument" = --help ] || [ "$argument" = -h ]; then
      sed -n -e '1d' -e '/^#/!q' -e 's/^# \{0,1\}//p' "$0"
      exit 0
    fi
  done
}

is_pinned_bun() {
  [ -n "$1" ] && [ -x "$1" ] && [ "$("$1" --version 2>/dev/null)" = "$BUN_VERSION" ]
}

# Prints the path of a usable Bun, or nothing.
find_bun() {
  local arch candidate
  arch="$(uname -m | sed -e 's/x86_64/x64/')"
  for candidate in \
    "$(command -v bun || true)" \
    "$PWD/.tools/node_modules/.bin/bun" \
    "$PWD/.tools/node_modules/@oven/bun-linux-$arch/bin/bun" \
    "$PWD/.tools/bun"; do
    if is_pinned_bun "$candidate"; then
      echo "$candidate"
      return
    fi
  done
}

# The program comes from npm's registry, not from bun.sh: the installer there wants unzip, which a fresh
# Debian does not have, and has nothing to check the download against.
fetch_bun_by_curl() {
  local archive name want got folder
  archive="$(bun_archive)" || { echo "There is no Bun $BUN_VERSION for $(uname -s) $(uname -m)." >&2; return 1; }
  name="${archive% *}"
  want="${archive#* }"
  folder="$(mktemp -d .tools/fetch.XXXXXX)"
  if ! curl -fsSL --retry 3 -o "$folder/bun.tgz" "https://registry.npmjs.org/@oven/$name/-/$name-$BUN_VERSION.tgz"; then
    rm -rf "$folder"
    return 1
  fi
  got="$(sha512sum "$folder/bun.tgz" | cut -d' ' -f1)"
  want="$(printf '%s' "$want" | base64 -d | od -An -v -tx1 | tr -d ' \n')"
  if [ "$got" != "$want" ]; then
    rm -rf "$folder"
    echo "The fetched Bun is not the one expected (its checksum differs), so it was thrown away." >&2
    return 1
  fi
  tar -xzf "$folder/bun.tgz" -C "$folder"
  mv "$folder/package/bin/bun" .tools/bun
  chmod 755 .tools/bun
  rm -rf "$folder"
}

# Puts the pinned Bun first on PATH; gets it where it is missing. Call it in the repository's root.
use_bun() {
  local found
  found="$(find_bun)"
  if [ -z "$found" ]; then
    mkdir -p .tools
    echo "Getting Bun $BUN_VERSION …" >&2
    if command -v npm >/dev/null; then
      npm install --prefix .tools --no-audit --no-fund --loglevel=error "bun@$BUN_VERSION" >&2 || true
    fi
    found="$(find_bun)"
    if [ -z "$found" ] && command -v curl >/dev/null; then
      fetch_bun_by_curl || true
      found="$(find_bun)"
    fi
  fi
  if [ -z "$found" ]; then
    echo "Bun $BUN_VERSION could not be had. Install it, or npm, or curl, and run this again." >&2
    return 1
  fi
  # A folder with nothing but `bun` in it: what lies beside a found Bun must not shadow other programs.
  mkdir -p .tools/bin
  if [ "$found" != "$PWD/.tools/bin/bun" ]; then
    ln -sfn "$found" .tools/bin/bun
  fi
  export PATH="$PWD/.tools/bin:$PATH"
}

# Installs exactly what the lock file names; a second run changes nothing and takes some milliseconds.
install_packages() {
  bun install --frozen-lockfile --silent || {
    echo "The packages could not be installed from bun.lock." >&2
    return 1
  }
}
