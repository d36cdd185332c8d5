#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Build vrouter.ko for one kernel, in build/RELEASE-CC/, so that builds for two
# kernels or by two compilers do not disturb one another.
#
# Usage: build-module.sh KERNEL-BUILD-DIR [MAKE-ARGUMENT-OR-TARGET...]
#
# CC     gcc (default) or clang
# SUFFIX added to the directory's name, for builds with checks switched on

set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

[ $# -ge 1 ] || die "usage: build-module.sh KERNEL-BUILD-DIR [MAKE-ARGUMENT...]"
kdir=$1
shift
cc=${CC:-gcc}
release=$(kernel_release "$kdir")
[ -n "$release" ] || die "no kernel headers in $kdir: run scripts/setup.sh"
dir=$top/build/$release-${cc##*/}${SUFFIX-}

# The stock kernels are built by gcc, and their configuration hands gcc's own
# flags to whatever compiler builds the module. Tell Kbuild what clang has.
clang_config=(
	CONFIG_CC_IS_GCC= CONFIG_GCC_VERSION=0
	CONFIG_CC_IS_CLANG=y
	CONFIG_CC_IMPLICIT_FALLTHROUGH=-Wimplicit-fallthrough
	CONFIG_RETHUNK= CONFIG_MITIGATION_RETHUNK=
	CONFIG_SLS= CONFIG_MITIGATION_SLS=
	CONFIG_INIT_STACK_ALL_ZERO= CONFIG_INIT_STACK_NONE=y
	CONFIG_FTRACE_MCOUNT_USE_CC= CONFIG_FTRACE_MCOUNT_USE_OBJTOOL=y
	# 6.12's headers name gcc's address spaces twice, which clang tells.
	KCFLAGS=-Wno-duplicate-decl-specifier
)

arguments=(-C "$kdir" "M=$dir" "CC=$cc")
case ${cc##*/} in
clang*)
	version=$("$cc" -dM -E -x c /dev/null | awk '
		/__clang_major__/ { major = $3 }
		/__clang_minor__/ { minor = $3 }
		/__clang_patchlevel__/ { patch = $3 }
		END { printf "%d%02d%02d", major, minor, patch }')
	arguments+=("${clang_config[@]}" "CONFIG_CLANG_VERSION=$version")
	;;
esac

# Links, not copies: the compiler's messages and make's dependencies then
# follow the sources, and a file that is gone is gone from here too.
mkdir -p "$dir"
# Two runs at a time (both modes in the debug kernel, say) must not undo one another.
exec 9>"$dir/.lock"
flock 9
# What was built for another kernel of that release, configured otherwise, does not fit.
if [ "$(cat "$dir/.kernel" 2>/dev/null)" != "$kdir" ]; then
	find "$dir" -mindepth 1 ! -name .lock -delete
	echo "$kdir" >"$dir/.kernel"
fi
find "$dir" -type l -delete
cp -rs "$top/Kbuild" "$top/kmod" "$top/include" "$dir/"

# Settings go with the build; targets come after it.
targets=()
for argument in "$@"; do
	case $argument in
	*=*)	arguments+=("$argument") ;;
	*)	targets+=("$argument") ;;
	esac
done
make -j"$(nproc)" "${arguments[@]}" modules
[ "${#targets[@]}" -eq 0 ] || make "${arguments[@]}" "${targets[@]}"
