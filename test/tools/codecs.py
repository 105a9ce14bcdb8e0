#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Make the archives of test/data/codecs: one tar in many forms of xz and bzip2, sound and broken.

  test/tools/codecs.py test/data/codecs

Writes plain.tar, the compressed forms, and cases.txt, a line for each: its name, "ok" or the error that the
archive reader must give, and the number of complete streams. What is sound and what is not is checked with
`xz -dc` and `bzip2 -dc`. The result is committed, since other versions of the tools write other bytes.
"""
import bz2
import io
import lzma
import os
import struct
import subprocess
import sys
import tarfile
import zlib

out = sys.argv[1]
os.makedirs(out, exist_ok=True)
cases = []


def content():
    """A small tar with text, calls of x86 machine code and something that does not compress."""
    calls = b"".join(b"\x55\x48\x89\xe5\xe8" + struct.pack("<i", 40000 - 9 * i) for i in range(3000))
    state, noise = 1, bytearray()
    for _ in range(6000):
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        noise.append(state >> 16 & 255)
    files = {"config.dump": b'{"id": "0123456789abcdef", "name": "codecs"}\n', "checkpoint/calls": calls,
             "checkpoint/noise": bytes(noise), "checkpoint/zeros": bytes(7000)}
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return target.getvalue()


plain = content()


def reference(name, data):
    """What the tool itself gives, or None when it fails."""
    tool = "xz" if name.endswith(".xz") else "bzip2"
    done = subprocess.run([tool, "-dc"], input=data, capture_output=True)
    return done.stdout if done.returncode == 0 else None


def case(name, data, expected="ok", streams=1, tool_takes=None):
    """tool_takes: whether the tool reads all, if that is not what `expected` says."""
    got = reference(name, data)
    sound = got is not None
    if sound != (expected == "ok" if tool_takes is None else tool_takes):
        sys.exit(f"{name}: {expected}, but the tool says {'ok' if sound else 'an error'}")
    if sound and expected == "ok" and got != plain:
        sys.exit(f"{name}: the tool decodes something else")
    with open(os.path.join(out, name), "wb") as file:
        file.write(data)
    cases.append(f"{name}\t{expected}\t{streams}\n")


def xz(data=plain, check=lzma.CHECK_CRC64, filters=None):
    return lzma.compress(data, lzma.FORMAT_XZ, check, None if filters else 6, filters)


def flip(data, at):
    changed = bytearray(data)
    changed[at] ^= 0x10
    return bytes(changed)


def block_header(data, change):
    """The file with another header of its first block; the sum of the header is made right."""
    size = (data[12] + 1) * 4
    header = bytearray(data[12:12 + size - 4])
    change(header)
    return data[:12] + bytes(header) + struct.pack("<I", zlib.crc32(header)) + data[12 + size:]


LZMA2 = {"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 20}
ORDINARY = xz()
half = len(plain) // 2 + 77

for name, check in [("none", lzma.CHECK_NONE), ("crc32", lzma.CHECK_CRC32), ("crc64", lzma.CHECK_CRC64),
                    ("sha256", lzma.CHECK_SHA256)]:
    case(f"check-{name}.tar.xz", xz(check=check))
for name in ["X86", "ARM", "ARMTHUMB", "POWERPC", "IA64", "SPARC"]:
    filters = [{"id": getattr(lzma, f"FILTER_{name}")}, LZMA2]
    case(f"bcj-{name.lower()}.tar.xz", xz(filters=filters))
tool = subprocess.run(["xz", "-c", "--arm64", "--lzma2=preset=6"], input=plain, capture_output=True, check=True)
case("bcj-arm64.tar.xz", tool.stdout)
case("delta.tar.xz", xz(filters=[{"id": lzma.FILTER_DELTA, "dist": 9}, LZMA2]))
case("delta-x86.tar.xz", xz(filters=[{"id": lzma.FILTER_DELTA, "dist": 4}, {"id": lzma.FILTER_X86}, LZMA2]))
tool = subprocess.run(["xz", "-c", "--block-size=16384"], input=plain, capture_output=True, check=True)
case("blocks.tar.xz", tool.stdout)
tool = subprocess.run(["xz", "-c", "-T2", "--block-size=32768"], input=plain, capture_output=True, check=True)
case("threads.tar.xz", tool.stdout)
case("streams.tar.xz", xz(plain[:half]) + xz(plain[half:], lzma.CHECK_CRC32), streams=2)
case("padding.tar.xz", xz(plain[:half]) + bytes(8) + xz(b"") + xz(plain[half:]) + bytes(4), streams=3)
case("garbage.tar.xz", ORDINARY + b"not xz", tool_takes=False)
case("odd-padding.tar.xz", ORDINARY + bytes(3) + xz(b""), "corrupt-stream")
case("bad-data.tar.xz", flip(ORDINARY, 2000), "corrupt-stream", 0)
case("bad-check.tar.xz", flip(xz(filters=[LZMA2]), -48), "corrupt-stream", 0)
case("bad-index.tar.xz", flip(ORDINARY, -20), "corrupt-stream", 0)
case("bad-header.tar.xz", flip(ORDINARY, 8), "corrupt-stream", 0)
case("cut-header.tar.xz", ORDINARY[:10], "truncated-stream", 0)
case("cut-data.tar.xz", ORDINARY[:6000], "truncated-stream", 0)
case("cut-second.tar.xz", xz(plain[:9000]) + xz(plain[9000:])[:3000], "truncated-stream", 1)
# 1.5 GiB of dictionary are allowed and cost nothing but memory; no encoder is asked for that much.
huge = block_header(ORDINARY, lambda header: header.__setitem__(4, 37))
case("dictionary-1536m.tar.xz", huge, "limit-window", 0, tool_takes=True)
# A filter that liblzma 5.4 does not know (RISC-V came with 5.6).
unknown = block_header(xz(filters=[{"id": lzma.FILTER_X86}, LZMA2]), lambda header: header.__setitem__(2, 0x0B))
case("unknown-filter.tar.xz", unknown, "unsupported-compression", 0)

NINE = bz2.compress(plain, 9)
case("level-1.tar.bz2", bz2.compress(plain, 1))
case("level-9.tar.bz2", NINE)
case("streams.tar.bz2", bz2.compress(plain[:half]) + bz2.compress(b"") + bz2.compress(plain[half:], 1), streams=3)
case("garbage.tar.bz2", NINE + b"BZhno")
# The damaged stream lies inside the data of a member.
three = [bz2.compress(part) for part in (plain[:9000], plain[9000:20000], plain[20000:])]
case("bad-data.tar.bz2", three[0] + flip(three[1], 200) + three[2], "corrupt-stream", 1)
case("bad-magic.tar.bz2", NINE[:4] + b"\x32" + NINE[5:], "corrupt-stream", 0)
case("bad-block-sum.tar.bz2", flip(NINE, 11), "stream-checksum", 0)
case("bad-stream-sum.tar.bz2", flip(NINE, -3), "stream-checksum", 0)
case("cut-data.tar.bz2", NINE[:6000], "truncated-stream", 0)
case("cut-second.tar.bz2", bz2.compress(plain[:9000]) + bz2.compress(plain[9000:])[:3000], "truncated-stream", 1)

with open(os.path.join(out, "plain.tar"), "wb") as file:
    file.write(plain)
with open(os.path.join(out, "cases.txt"), "w", encoding="ascii") as file:
    file.writelines(cases)
