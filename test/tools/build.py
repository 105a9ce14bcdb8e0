#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds tar archives with real writers (GNU tar, bsdtar, Python) and says what is in them.

usage: build.py DIRECTORY

Writes the archives and expected.json: for every archive the members that a reader must find, taken
from the file tree that was packed, not from any reader. Fields a dialect cannot hold are left out.
"""
import bz2, gzip, hashlib, io, json, lzma, os, shutil, stat, struct, subprocess, sys, tarfile, zlib

out = os.path.abspath(sys.argv[1])
tree = os.path.join(out, "tree")
shutil.rmtree(out, ignore_errors=True)
os.makedirs(tree)
os.umask(0o022)

LONG = "long/" + "d" * 90 + "/" + "f" * 120 + ".txt"  # needs a long-name extension or a prefix
SPLIT = "split/" + "p" * 90 + "/" + "n" * 60         # fits ustar's prefix and name


def put(name, data, mode=0o644, mtime=1700000000):
    path = os.path.join(tree, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)
    os.chmod(path, mode)
    os.utime(path, ns=(mtime * 10**9, mtime * 10**9 + (123456789 if name == "fraction" else 0)))


put("config.dump", b'{"id":"x"}', 0o600)
put("spec.dump", b"{}" * 3000, 0o600, 1)
put("empty", b"")
put("exact", b"x" * 512)
put("fraction", b"time", mtime=1712345678)
put("checkpoint/pages-1.img", bytes(range(256)) * 600)
put("setuid", b"#!", 0o4755)
put(SPLIT, b"split")
simple = sorted(os.listdir(tree))
put(LONG, b"long name")
put("gr\u00fc\u00df \u4e16.txt", "grüß".encode())
os.symlink("../pre-checkpoint", os.path.join(tree, "checkpoint/parent"))
os.symlink("t" * 150, os.path.join(tree, "longlink"))
os.link(os.path.join(tree, "config.dump"), os.path.join(tree, "zhard"))
os.mkfifo(os.path.join(tree, "pipe"))
put("sparse", b"")
with open(os.path.join(tree, "sparse"), "r+b") as f:
    for offset in (0, 100 << 10, 300 << 10, 500 << 10, 700 << 10, 900 << 10, 1100 << 10):
        f.seek(offset)
        f.write(b"DATA" * 1024)
    f.truncate(1200 << 10)
os.utime(os.path.join(tree, "sparse"), (1700000000, 1700000000))
for root, dirs, _ in os.walk(tree, topdown=False):
    os.utime(root, (1690000000, 1690000000))


def facts(name, hard={}):
    """What a member of this name must look like."""
    path = os.path.join(tree, name)
    st = os.lstat(path)
    kind = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "symlink",
            stat.S_IFIFO: "fifo"}[stat.S_IFMT(st.st_mode)]
    m = {"name": name, "type": kind, "mode": stat.S_IMODE(st.st_mode), "uid": st.st_uid,
         "gid": st.st_gid, "mtime": st.st_mtime_ns // 10**9, "size": st.st_size if kind == "file" else 0}
    if kind == "symlink":
        m["link"] = os.readlink(path)
        del m["mode"]
    if kind == "file":
        with open(path, "rb") as f:
            m["sha256"] = hashlib.sha256(f.read()).hexdigest()
    return m


def names_of(starts):
    found = []
    for start in starts:
        path = os.path.join(tree, start)
        found.append(start)
        if os.path.isdir(path) and not os.path.islink(path):
            for root, dirs, files in os.walk(path):
                for n in sorted(dirs) + sorted(files):
                    found.append(os.path.relpath(os.path.join(root, n), tree))
    return found


expected = {}


def record(archive, names, **more):
    members = {}
    for n in names:
        members[n] = facts(n)
    # Hard links: every writer stores the first of the two as a file, the other as a link to it.
    expected[archive] = {"members": members, **more}


def run(*args, **kw):
    subprocess.run(args, check=True, cwd=tree, stderr=subprocess.DEVNULL, **kw)


# names every dialect can hold
plain = simple
everything = sorted(n for n in os.listdir(tree) if n != "zhard") + ["zhard"]
v7_names = [n for n in plain if n != "split"]
os.environ["LC_ALL"] = "C.UTF-8"

gnu = ["tar", "--sort=name", "--numeric-owner"]
run(*gnu, "--format=v7", "-cf", f"{out}/gnu-v7.tar", *v7_names)
record("gnu-v7.tar", names_of(v7_names))
run(*gnu, "--format=ustar", "-cf", f"{out}/gnu-ustar.tar", *plain)
record("gnu-ustar.tar", names_of(plain))
for f in ("oldgnu", "gnu", "posix"):
    run(*gnu, f"--format={f}", "-cf", f"{out}/gnu-{f}.tar", *everything)
    record(f"gnu-{f}.tar", names_of(everything))
run(*gnu, "--format=gnu", "-S", "-cf", f"{out}/gnu-sparse-old.tar", "sparse", "config.dump")
record("gnu-sparse-old.tar", ["sparse", "config.dump"], sparse=["sparse"])
for v in ("0.0", "0.1", "1.0"):
    run(*gnu, "--format=posix", "-S", f"--sparse-version={v}", "-cf", f"{out}/gnu-sparse-{v}.tar", "sparse", "config.dump")
    record(f"gnu-sparse-{v}.tar", ["sparse", "config.dump"], sparse=["sparse"])
run(*gnu, "-cf", f"{out}/gnu-dot.tar", ".")
record("gnu-dot.tar", ["."] + names_of(sorted(os.listdir(tree))))
run("sh", "-c", f"find . -type f -name '*.dump' | sort | tar --no-recursion -cf {out}/files-only.tar -T -")
record("files-only.tar", ["config.dump", "spec.dump"])
run(*gnu, "--format=posix", "--pax-option=globexthdr.name=g,comment=global", "-cf", f"{out}/gnu-global.tar", "config.dump")
record("gnu-global.tar", ["config.dump"], globals=1)

if shutil.which("bsdtar"):
    for f in ("v7tar", "ustar", "pax", "gnutar"):
        which = v7_names if f == "v7tar" else plain if f == "ustar" else everything
        run("bsdtar", f"--format={f}", "--numeric-owner", "-cf", f"{out}/bsd-{f}.tar", *which)
        record(f"bsd-{f}.tar", names_of(which))

for f, fmt in (("ustar", tarfile.USTAR_FORMAT), ("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)):
    which = names_of(plain if f == "ustar" else everything)
    with tarfile.open(f"{out}/python-{f}.tar", "w", format=fmt) as t:
        for n in which:
            t.add(os.path.join(tree, n), n, recursive=False)
    record(f"python-{f}.tar", which)

# odd values, written by Python: time before 1970, owners and sizes that need base 256 or PAX
def odd(fmt):
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode="w", format=fmt) as t:
        i = tarfile.TarInfo("old")
        i.mtime, i.uid, i.gid, i.size = -1000000, 3000000000, 2**40, 3
        t.addfile(i, io.BytesIO(b"old"))
    return b.getvalue()


odd_member = {"name": "old", "type": "file", "mode": 0o644, "uid": 3000000000, "gid": 2**40, "mtime": -1000000,
              "size": 3, "sha256": hashlib.sha256(b"old").hexdigest()}
for f, fmt in (("gnu", tarfile.GNU_FORMAT), ("pax", tarfile.PAX_FORMAT)):
    open(f"{out}/odd-{f}.tar", "wb").write(odd(fmt))
    expected[f"odd-{f}.tar"] = {"members": {"old": odd_member}}

b = io.BytesIO()
with tarfile.open(fileobj=b, mode="w", format=tarfile.PAX_FORMAT) as t:
    i = tarfile.TarInfo("attributes")
    i.pax_headers = {"SCHILY.xattr.user.a": "value", "SCHILY.xattr.security.capability": "\x01\x02"}
    t.addfile(i)
open(f"{out}/xattr.tar", "wb").write(b.getvalue())
expected["xattr.tar"] = {"members": {"attributes": {"name": "attributes", "type": "file", "size": 0}},
                         "xattrs": {"user.a": "value", "security.capability": "\x01\x02"}}

# compressions
raw = open(f"{out}/gnu-posix.tar", "rb").read()
members = expected["gnu-posix.tar"]["members"]


def compressed(name, data, **more):
    open(os.path.join(out, name), "wb").write(data)
    expected[name] = {"members": members, **more}


def zst(data, *args):
    return subprocess.run(["zstd", "-q", "-c", *args], input=data, stdout=subprocess.PIPE, check=True).stdout


half = len(raw) // 2
skippable = struct.pack("<II", 0x184D2A50, 5) + b"hello"
compressed("c-gzip.tar.gz", gzip.compress(raw, 6))
compressed("c-gzip-1.tar.gz", gzip.compress(raw, 1))
compressed("c-gzip-0.tar.gz", gzip.compress(raw, 0))
compressed("c-gzip-members.tar.gz", gzip.compress(raw[:half]) + gzip.compress(b"") + gzip.compress(raw[half:]), streams=3)
compressed("c-gzip-garbage.tar.gz", gzip.compress(raw) + b"garbage", garbage=7)
fixed = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_FIXED)
body = fixed.compress(raw) + fixed.flush()
head = b"\x1f\x8b\x08\x1e\0\0\0\0\0\x03" + struct.pack("<H", 5) + b"extra" + b"name\0comment\0"
head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
compressed("c-gzip-header.tar.gz", head + body + struct.pack("<II", zlib.crc32(raw), len(raw)))
compressed("c-zstd.tar.zst", zst(raw))
compressed("c-zstd-19.tar.zst", zst(raw, "-19"))
compressed("c-zstd-nocheck.tar.zst", zst(raw, "--no-check"))
compressed("c-zstd-frames.tar.zst", skippable + zst(raw[:half]) + skippable + zst(b"") + zst(raw[half:], "-9"), streams=3)
compressed("c-zstd-garbage.tar.zst", zst(raw) + b"garbage", garbage=7)
compressed("c-xz.tar.xz", lzma.compress(raw))
compressed("c-bzip2.tar.bz2", bz2.compress(raw))
for name, data, error in (("bad-lz4.tar.lz4", b"\4\x22\x4d\x18" + raw[:600], "unsupported-compression"),
                          ("bad-lzip.tar.lz", b"LZIP" + raw[:600], "unsupported-compression"),
                          ("bad-empty.tar", b"", "empty"), ("bad-short.tar", b"PK\3\4short", "short"),
                          ("bad-text.tar", b"this is no archive at all\n" * 100, "not-tar"),
                          ("bad-gzip-empty.tar.gz", gzip.compress(b""), "empty"),
                          ("bad-gzip-text.tar.gz", gzip.compress(b"text " * 1000), "not-tar"),
                          ("bad-gzip-crc.tar.gz", gzip.compress(raw)[:-8] + b"\0\0\0\0" + struct.pack("<I", len(raw)), "stream-checksum"),
                          ("bad-gzip-length.tar.gz", gzip.compress(raw)[:-4] + b"\0\0\0\1", "stream-checksum"),
                          ("bad-zstd-checksum.tar.zst", zst(raw)[:-4] + b"\0\0\0\0", "stream-checksum")):
    open(os.path.join(out, name), "wb").write(data)
    expected[name] = {"error": error}
def window(log):
    return subprocess.run(f"cat - | zstd -q --ultra -22 --long={log} -c", shell=True, input=raw, stdout=subprocess.PIPE).stdout
open(os.path.join(out, "c-zstd-window.tar.zst"), "wb").write(window(27)) # as large as is allowed; only natively
open(os.path.join(out, "bad-zstd-window.tar.zst"), "wb").write(window(28))
expected["bad-zstd-window.tar.zst"] = {"error": "limit-window"}

# what follows the end
open(f"{out}/trailing.tar", "wb").write(odd(tarfile.PAX_FORMAT) + b"\0" * 600 + b"left over")
expected["trailing.tar"] = {"members": {"old": odd_member}, "trailing": 9}
clean = odd(tarfile.PAX_FORMAT).rstrip(b"\0")
clean += b"\0" * (-len(clean) % 512)
for n, end in ((0, 3), (1, 2), (2, 1)):
    open(f"{out}/end-{n}.tar", "wb").write(clean + b"\0" * 512 * n)
    expected[f"end-{n}.tar"] = {"members": {"old": odd_member}, "end": end}

json.dump(expected, open(f"{out}/expected.json", "w"), indent=1)
shutil.rmtree(tree)
print(len(expected), "archives")
