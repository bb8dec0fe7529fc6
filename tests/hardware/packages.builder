# Debian 13 packages of the root that cross-builds for arm64, besides board/packages' libraries.
cmake
ninja-build
make
pkgconf
gcc-aarch64-linux-gnu
xz-utils
libelf1t64
libssl3t64
libc6-dev:arm64
busybox-static:arm64
