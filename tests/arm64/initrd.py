"""Makes the machine's initramfs: busybox and the drivers of its disk, network and random numbers.

usage: initrd.py BUILDER OUT

BUILDER is the root that tests/hardware/root made, with the kernel in /kernel.
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "hardware"))
from initramfs import Archive, Modules  # noqa: E402

MODULES = ("virtio_blk", "crc32c_generic", "ext4", "virtio_net", "virtio_rng")
APPLETS = ("sh", "cat", "echo", "insmod", "ip", "mount", "switch_root")


def main(builder, out):
    modules = Modules(builder / "kernel/modules")
    for name in MODULES:
        modules.add(name)
    with open(out, "wb") as file:
        archive = Archive(file)
        archive.console()
        for folder in ("proc", "sys", "machine"):
            archive.folder(folder)
        archive.file("init", (HERE / "init").read_bytes())
        archive.file("bin/busybox", (builder / "usr/bin/busybox").read_bytes())
        for name in APPLETS:
            archive.link(f"bin/{name}", "busybox")
        for name, data in modules.order.items():
            archive.file(f"modules/{name}.ko", data)
        archive.file("modules/order", "".join(f"{name}.ko\n" for name in modules.order).encode())
        archive.end()


if __name__ == "__main__":
    main(*map(pathlib.Path, sys.argv[1:]))
