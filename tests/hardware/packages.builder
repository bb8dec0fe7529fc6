# Packages of a Debian root that cross-builds for arm64, besides board/packages' libraries (Debian 12 and 13).
cmake
ninja-build
pkgconf
gcc-aarch64-linux-gnu
libc6-dev:arm64
busybox-static:arm64
