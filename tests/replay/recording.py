"""A recording of a reader: what it sends and what is expected of it. The format is in README.md."""
import dataclasses
import re

HEADER = ("device", "profile", "framing", "odd", "synthetic")
ESCAPE = re.compile(rb"\\(r|n|\\|x[0-9a-f]{2})")
NAMED = {b"r": b"\r", b"n": b"\n", b"\\": b"\\"}


def parse_bytes(text):
    raw = text.encode("ascii")
    assert b"\\" not in ESCAPE.sub(b"", raw), f"unknown escape: {text}"
    return ESCAPE.sub(lambda found: NAMED.get(found[1]) or bytes.fromhex(found[1][1:].decode()), raw)


def show_bytes(data):
    names = {value[0]: "\\" + key.decode() for key, value in NAMED.items()}
    return "".join(names.get(b) or (chr(b) if 0x20 <= b < 0x7f else f"\\x{b:02x}") for b in data)


@dataclasses.dataclass
class Block:
    """What happens, as lines of the file, and then what is expected."""
    script: list
    expected: list

    def steps(self):
        """(what, argument) of every line that does something."""
        for line in self.script:
            if found := re.fullmatch(r">(?:\*(\d+))? (.+)", line):
                yield "send", parse_bytes(found[2]) * int(found[1] or 1)
            elif found := re.fullmatch(r"pause (\d+) ms", line):
                yield "pause", int(found[1]) / 1000
            elif line in ("unplug", "replug"):
                yield line, None
            else:
                assert not line or line.startswith("#"), f"not a line of a recording: {line}"


class Recording:
    def __init__(self, path):
        lines = path.read_text(encoding="ascii").splitlines()
        end = lines.index("")
        self.path = path
        self.head = lines[:end + 1]
        self.header = dict(line.split(": ", 1) for line in lines[:end])
        assert tuple(self.header) == HEADER, f"{path}: the header is {', '.join(HEADER)}"
        self.blocks = [Block([], [])]
        for line in lines[end + 1:]:
            if line.startswith(("=", "<")):
                self.blocks[-1].expected.append(line)
            elif self.blocks[-1].expected:
                self.blocks.append(Block([line], []))
            else:
                self.blocks[-1].script.append(line)

    def text(self, expected):
        """The file, with these expectations in place of its own, a list for each block."""
        lines = list(self.head)
        for block, said in zip(self.blocks, expected):
            lines += block.script + said
        return "\n".join(lines) + "\n"
