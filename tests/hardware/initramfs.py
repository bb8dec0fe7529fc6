"""Makes the guest's initramfs: busybox, kernel modules, the cross-built programs, their libraries and units.

usage: initramfs.py MODULES ROOT PROGRAMS OUT

MODULES is the kernel's folder of modules, ROOT the builder's Debian root with arm64 libraries, PROGRAMS a folder. It is written
uncompressed, as a "newc" archive (the kernel's Documentation/driver-api/early-userspace/
buffer-format.rst): unpacking would cost the emulated machine more than reading.
"""
import lzma
import pathlib
import re
import stat
import struct
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
UNITS = HERE.parents[1] / "board/systemd"
LIBRARIES = "usr/lib/aarch64-linux-gnu"
LOADER = "ld-linux-aarch64.so.1"
MODULES = ("virtio_blk", "crc32c_generic", "ext4", "virtio_net", "virtio_rng", "xhci_pci",
           "ftdi_sio", "configfs", "gpio_sim", "i6300esb")
APPLETS = (
    "sh cat cp cut date dd echo grep head hwclock insmod ip kill ln ls mkdir mount mv pidof poweroff ps "
    "readlink rm rmdir sed seq sync tail tr umount usleep watchdog wc wget").split()
SIGNED, SIGNATURE = b"~Module signature appended~\n", struct.Struct(">5B3xI")
FILES = {
    "etc/passwd": "root:x:0:0:root:/:/bin/sh\n",
    "etc/nsswitch.conf": "passwd: files\nhosts: files\n",
    "etc/hosts": "127.0.0.1 localhost\n10.0.2.100 registry.pamit.test\n",
}


class Archive:
    """A newc archive, written as it grows."""

    def __init__(self, out):
        self.out, self.inode, self.seen = out, 0, set()

    def _entry(self, name, mode, data=b"", device=(0, 0)):
        self.inode += 1
        path = name.encode() + b"\0"
        fields = (self.inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(path), 0)
        entry = b"070701" + b"".join(b"%08X" % field for field in fields) + path
        entry += b"\0" * (-len(entry) % 4) + data
        self.out.write(entry + b"\0" * (-len(entry) % 4))

    def folder(self, name):
        if name not in ("", ".") and name not in self.seen:
            self.folder(str(pathlib.PurePath(name).parent))
            self.seen.add(name)
            self._entry(name, stat.S_IFDIR | 0o755)

    def file(self, name, data, mode=0o755):
        self.folder(str(pathlib.PurePath(name).parent))
        self._entry(name, stat.S_IFREG | mode, data)

    def link(self, name, target):
        self.folder(str(pathlib.PurePath(name).parent))
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def console(self):
        """What PID 1 gets as its stdin, stdout and stderr."""
        self.folder("dev")
        self._entry("dev/console", stat.S_IFCHR | 0o600, device=(5, 1))

    def end(self):
        self._entry("TRAILER!!!", 0)


def libraries_of(files, root):
    """The shared libraries that ELF files need, and theirs, by name."""
    found, open_files = {}, list(files)
    while open_files:
        listed = subprocess.run(["readelf", "-d", open_files.pop()], capture_output=True, text=True,
                                check=True).stdout
        for name in re.findall(r"\(NEEDED\).*\[(.*)\]", listed):
            if name not in found and name != LOADER:
                found[name] = root / LIBRARIES / name
                open_files.append(found[name])
    return found


def unit(name):
    """A kiosk's unit, with where things are in the guest."""
    text = (UNITS / f"{name}.service.in").read_text(encoding="utf-8")
    return text.replace("@CMAKE_INSTALL_FULL_BINDIR@/", "").replace("/etc/pamit/", "/data/")


def module_name(path):
    return path.name.partition(".ko")[0].replace("-", "_")


def unsigned(module):
    """A module without its signature (the kernel's include/linux/module_signature.h), which would cost the emulated
    machine more than all else of its boot; what is loaded is the same."""
    if not module.endswith(SIGNED):
        return module
    head = len(SIGNED) + SIGNATURE.size
    *_ids, length = SIGNATURE.unpack(module[-head:-len(SIGNED)])
    return module[:-head - length]


class Modules:
    """The kernel's modules, with what each needs before it."""

    def __init__(self, folder):
        self.builtin = {module_name(pathlib.Path(line))
                        for line in (folder / "modules.builtin").read_text().splitlines()}
        self.files = {module_name(path): path for path in folder.rglob("*.ko*") if path.is_file()}
        self.order = {}

    def add(self, name):
        if name in self.builtin or name in self.order:
            return
        path = self.files[name]
        data = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
        depends = re.search(rb"\0depends=([^\0]*)\0", data)[1].decode()
        before = re.findall(rb"\0softdep=pre: ([^\0]*)\0", data)
        for other in filter(None, depends.split(",") + b" ".join(before).decode().split()):
            if other.replace("-", "_") in self.files:
                self.add(other.replace("-", "_"))
        self.order[name] = unsigned(data)


def main(kernel, root, programs, out):
    modules = Modules(kernel)
    for name in MODULES:
        modules.add(name)
    binaries = sorted(programs.iterdir())
    with open(out, "wb") as file:
        archive = Archive(file)
        archive.console()
        for folder in ("proc", "sys", "tmp", "run", "data"):
            archive.folder(folder)
        archive.link("lib", "usr/lib")
        archive.file("init", (HERE / "guest" / "init").read_bytes())
        archive.file("bin/busybox", (root / "usr/bin/busybox").read_bytes())
        for name in APPLETS:
            archive.link(f"bin/{name}", "busybox")
        for path in binaries:
            archive.file(f"usr/bin/{path.name}", path.read_bytes())
        archive.file(f"usr/lib/{LOADER}", (root / LIBRARIES / LOADER).read_bytes())
        for name, path in libraries_of(binaries, root).items():
            archive.file(f"{LIBRARIES}/{name}", path.read_bytes())
        for name, data in modules.order.items():
            archive.file(f"modules/{name}.ko", data)
        archive.file("modules/order", "".join(f"{name}.ko\n" for name in modules.order).encode())
        for name in ("pamit-lane", "pamit-sync", "pamit-console"):
            archive.file(f"units/{name}.service", unit(name).encode(), 0o644)
        for name, text in FILES.items():
            archive.file(name, text.encode(), 0o644)
        archive.end()


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))
