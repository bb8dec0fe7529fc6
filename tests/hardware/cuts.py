"""A disk as it could be after a power cut at any moment of a session, from QEMU's record of its writes.

QEMU's blklogwrites driver records every write and flush (the format of the kernel's dm-log-writes,
Documentation/admin-guide/device-mapper/log-writes.rst). A disk keeps what it was told before a
flush that ended; of what came after, it may keep any part. So a cut at a point is all writes before
the last flush, those that asked for durability (FUA), and a random half of the others.
"""
import pathlib
import struct
import subprocess
from dataclasses import dataclass

SUPER = struct.Struct("<QQQI")
ENTRY = struct.Struct("<QQQQ")
MAGIC = 0x6A736677736872
FLUSH, FUA, DISCARD = 1, 2, 4


@dataclass(frozen=True)
class Write:
    offset: int
    data: bytes
    flags: int


def recorded(path):
    """The writes and flushes so far, in order. What is being recorded this moment ends it."""
    log = pathlib.Path(path).read_bytes()
    magic, _version, _count, sector = SUPER.unpack_from(log)
    assert magic == MAGIC
    writes, at = [], sector
    while at + sector <= len(log):
        start, sectors, flags, _length = ENTRY.unpack_from(log, at)
        if (start, sectors, flags) == (0, 0, 0):
            break
        size = 0 if flags & DISCARD else sectors * sector
        at += sector
        writes.append(Write(start * sector, log[at:at + size], flags))
        at += size
    return writes


def disks(before, writes, chance):
    """For each number of writes begun, from none to all: the disk's content if the power went then.
    `before`: its first content."""
    durable, pending = bytearray(before), []
    for point in range(len(writes) + 1):
        disk = bytearray(durable)
        for write in pending:
            if write.flags & FUA or chance.random() < 0.5:
                disk[write.offset:write.offset + len(write.data)] = write.data
        yield point, disk
        if point == len(writes):
            return
        if writes[point].flags & FLUSH:
            for write in pending:
                durable[write.offset:write.offset + len(write.data)] = write.data
            pending = []
        pending.append(writes[point])


def take_out(disk, names, folder):
    """What the next boot finds: ext4's own journal is replayed, its tables checked, and the files
    named are copied out of it, without mounting anything. Files that are not there are none."""
    image = folder / "cut.img"
    image.write_bytes(disk)
    done = subprocess.run(["e2fsck", "-fy", image], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout  # sound, or repaired as at any boot
    for name in names:
        (folder / name).unlink(missing_ok=True)
    subprocess.run(["debugfs", "-f", "-", image], check=True, capture_output=True, text=True,
                   input="".join(f"dump /{name} {folder}/{name}\n" for name in names))
    for name in names:
        if (folder / name).exists() and not (folder / name).stat().st_size:
            (folder / name).unlink()
