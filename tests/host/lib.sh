# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by the programs here: names of things, and the cache.

set -euo pipefail

# shellcheck disable=SC2034 # for whoever sources this
ST_HOST=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
# shellcheck disable=SC2034
ST_TREE=$(realpath "$ST_HOST/../..")
ST_CACHE=${ST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sched-turbo}

me=${0##*/}

say() { echo "$me: $*" >&2; }
die() { say "$*"; exit 125; }

# Words of kernels.list for kernel $1, into k_name, k_root, ...
kernel_read()
{
	local line
	line=$(awk -v n="$1" '!/^#/ && $1 == n' "$ST_HOST/kernels.list")
	[ -n "$line" ] ||
		die "no kernel '$1' in kernels.list, only: $(kernel_names | xargs)"
	# shellcheck disable=SC2034 # for whoever called
	read -r k_name k_root k_from k_image k_build <<<"$line"
}

kernel_names() { awk '!/^#/ && NF { print $1 }' "$ST_HOST/kernels.list"; }

# Packages for suite $1.
package_names()
{
	awk -v s="$1" '/^#/ || !NF { next }
		{ ok = NF == 1; for (i = 2; i <= NF; i++) ok = ok || $i == s }
		ok { print $1 }' "$ST_HOST/packages"
}

# cache_entry NAME DEFINITION BUILDER...
#
# Prints the directory that holds NAME as DEFINITION (any text) describes it.
# If there is none, "BUILDER... TEMP" makes it: under a lock, so that two
# callers don't both build, and under a name that is only then made final, so
# that an interrupted build is never taken for a whole one.
cache_entry()
{
	local name=$1 dir lock log
	dir=$ST_CACHE/$name-$(sha256sum <<<"$2" | cut -c1-12)
	shift 2
	if [ ! -d "$dir" ]; then
		[ "$(id -u)" = 0 ] || die "$name is not in $ST_CACHE yet, and only root can build it"
		mkdir -p "$ST_CACHE"
		exec {lock}>"$dir.lock"
		if ! flock -n "$lock"; then
			say "waiting for another build of $name"
			flock "$lock"
		fi
		if [ ! -d "$dir" ]; then
			say "building $name, once: see $dir.log"
			log=$dir.log
			rm -rf --one-file-system "$dir.tmp"
			mkdir "$dir.tmp"
			# In namespaces of its own, so that neither mounts nor
			# processes outlast a build that is broken off.
			if ! setpriv --pdeathsig KILL unshare --mount --mount-proc \
			     --pid --fork --kill-child=KILL \
			     "$@" "$dir.tmp" >"$log" 2>&1 {lock}>&-; then
				tail -n 25 "$log" >&2
				die "building $name failed: $log"
			fi
			mv -T "$dir.tmp" "$dir"
		fi
		exec {lock}>&-
	fi
	# What "cache prune" goes by.
	touch -c "$dir" 2>/dev/null || true
	echo "$dir"
}

# Files less comments: what a cache entry's definition is made of, as nobody
# should wait for a build because a comment has changed.
code() { grep -hvE '^[[:space:]]*(#|$)' "$@"; }

# The root of suite $1: tree/, image, and kernels (name, version).
root_entry()
{
	local def
	def=$(package_names "$1"
	      awk -v r="$1" '!/^#/ && $2 == r && $3 != "source"' "$ST_HOST/kernels.list"
	      code "$ST_HOST/mkroot" "$ST_HOST/mkroot-kernel")
	cache_entry "root-$1" "$def" "$ST_HOST/mkroot" "$1"
}

# Everything that's needed to boot kernel $1, built if it must be.  Sets root
# (the root's entry), boot (entry with vmlinuz, initrd, kver) and kver.
kernel_entry()
{
	local def
	kernel_read "$1"
	root=$(root_entry "$k_root")
	if [ "$k_from" = source ]; then
		def=$(echo "$k_image"
		      code "$ST_HOST/mkdebug"
		      cat "$ST_HOST/$k_build" "$root/versions")
		kbuilt=$(cache_entry "kernel-$1" "$def" \
			 "$ST_HOST/mkdebug" "$root" "$k_image" "$ST_HOST/$k_build")
		kver=$(<"$kbuilt/kver")
	else
		kbuilt=$root/tree
		kver=$(awk -v n="$1" '$1 == n { print $2 }' "$root/kernels")
	fi
	[ -n "$kver" ] || die "kernel $1 is missing from $root"
	def=$(echo "$kbuilt" "$kver"
	      code "$ST_HOST/mkinitramfs" "$ST_HOST/initramfs-init"
	      cat "$ST_HOST/tsc-khz.c")
	# shellcheck disable=SC2034 # for whoever called
	boot=$(cache_entry "boot-$1" "$def" \
	       "$ST_HOST/mkinitramfs" "$root" "$kbuilt" "$kver")
}
