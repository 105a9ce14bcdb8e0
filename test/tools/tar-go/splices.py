# SPDX-License-Identifier: Apache-2.0
# Writes tars that programs made, changed in their blocks, each behind its length: splices.py SEED COUNT.
# mutations.py makes its headers itself; here the blocks of Python's and GNU's tar are moved, doubled, cut, joined and
# given other fields, and records and names are as long as Go still takes them, or one byte longer.
import io
import os
import random
import struct
import subprocess
import sys
import tarfile
import tempfile

R = random.Random(int(sys.argv[1]))
MIB = 1 << 20
NAMES = ['config.dump', 'spec.dump', './config.dump', 'a', 'd/', 'd/../config.dump', '/config.dump', 'config.dump/',
         'c' * 100, 'c' * 101, 'd' * 150 + '/' + 'e' * 90, 'é' * 60, 'x\n', 'checkpoint/pages-1.img']
TYPES = [b'0', b'\0', b'1', b'2', b'3', b'4', b'5', b'6', b'7', b'S', b'L', b'K', b'x', b'g', b'X', b'V', b'M', b'D', b'N', b'A',
         b' ', b'\x80', b'8']


def by_python(form):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w', format=form) as tar:
        for _ in range(R.randrange(1, 5)):
            member = tarfile.TarInfo(R.choice(NAMES))
            body = os.urandom(R.choice([0, 1, 511, 512, 513, 2000]))
            member.type = R.choice([tarfile.REGTYPE] * 6 + [tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CONTTYPE])
            member.linkname = R.choice(['', 'config.dump', 'l' * 101]) if member.type in (b'1', b'2') else ''
            member.size = len(body) if member.type in (b'0', b'7') else 0
            member.mtime = R.choice([0, 1700000000, 1700000000.25, -1, 1 << 34])
            member.uid = R.choice([0, 1000, 1 << 21, 3000000])
            if form == tarfile.PAX_FORMAT and R.random() < .5:
                member.pax_headers = R.choice([{'comment': 'c' * R.choice([1, 400, 600])}, {'path': R.choice(NAMES)}, {'size': '7'},
                                               {'SCHILY.xattr.user.a': 'b'}, {'GNU.sparse.major': '1', 'GNU.sparse.minor': '0'},
                                               {'VENDOR.key': 'value'}, {'mtime': '1.5'}, {'linkpath': 'elsewhere'}])
            try:
                tar.addfile(member, io.BytesIO(body) if member.size else None)
            except ValueError:  # more than ustar holds
                continue
    return out.getvalue()


def by_gnu():
    with tempfile.TemporaryDirectory() as folder:
        for name in ('config.dump', 'holes', 'n' * 120):
            with open(os.path.join(folder, name), 'wb') as file:
                for _ in range(R.choice([0, 1, 3, 30 if name == 'holes' else 1])):
                    file.seek(R.choice([0, 4096, 8192]), 1)
                    file.write(os.urandom(R.choice([1, 600, 4096])))
                if R.random() < .4:
                    file.truncate(file.tell() + R.choice([0, 1, 5000]))
        how = R.choice([['--format=gnu'], ['--format=posix'], ['--format=posix', '--sparse-version=0.0'],
                        ['--format=posix', '--sparse-version=0.1'], ['--format=oldgnu'], ['--format=v7'], ['--format=ustar']])
        sparse = ['-S'] if how[0] in ('--format=gnu', '--format=posix', '--format=oldgnu') else []
        made = subprocess.run(['tar', 'cf', '-', '-b', '2', '--sort=name', '--mtime=@1', '--owner=0', '--group=0', *sparse, *how, '-C', folder, '.'], capture_output=True, check=False)
        return made.stdout


def sealed(block):
    block = bytearray(block)
    block[148:156] = b' ' * 8
    block[148:156] = b'%06o\0 ' % sum(block)
    return bytes(block)


def octal(value, size):
    return (b'%0*o' % (size - 1, value))[:size - 1] + b'\0'


def binary(value, size):
    field = bytearray((value & ((1 << 8 * size) - 1)).to_bytes(size, 'big'))
    field[0] |= 0x80
    return bytes(field)


def header(name, kind, size, magic=b'ustar\x0000'):
    block = bytearray(512)
    block[0:len(name)] = name
    block[100:108] = octal(0o644, 8)
    block[108:116] = block[116:124] = octal(0, 8)
    block[124:136] = octal(size, 12)
    block[136:148] = octal(0, 12)
    block[156:157] = kind
    block[257:265] = magic
    return sealed(block)


def padded(body):
    return body + b'\0' * (-len(body) % 512)


def record(key, value):
    rest = b' ' + key + b'=' + value + b'\n'
    size = len(rest)
    while len(b'%d' % size) + len(rest) != size:
        size = len(b'%d' % size) + len(rest)
    return b'%d' % size + rest


def at_the_limit():
    """Headers as long as Go takes them, and a byte longer."""
    more = R.choice([-1, 0, 1])
    size = MIB + more
    if R.random() < .5:
        kind = R.choice([b'L', b'K'])
        body = b'n' * (size - 1) + b'\0' if R.random() < .5 else b'ok\0' + b'n' * (size - 3)
        return header(b'././@LongLink', kind, size, b'ustar  \0') + padded(body) + header(b'a', R.choice([b'0', b'2']), 0)
    first = record(b'path', b'config.dump')
    rest = record(b'comment', b'')
    body = first + record(b'comment', b'c' * (size - len(first) - len(rest) - 6))
    body = body[:size] if len(body) >= size else first + record(b'comment', b'c' * (size - len(first) - len(rest) - 6 + size - len(body)))
    return header(b'PaxHeaders/a', R.choice([b'x', b'g']), len(body)) + padded(body) + header(b'a', b'0', 0)


FIELDS = [(0, 100), (100, 8), (108, 8), (116, 8), (124, 12), (136, 12), (156, 1), (157, 100), (257, 8), (265, 32), (297, 32),
          (329, 8), (337, 8), (345, 155), (345, 12), (357, 12), (386, 12), (398, 12), (410, 12), (482, 1), (483, 12), (508, 4)]


def a_field(block):
    at, size = R.choice(FIELDS)
    if size == 1 and at == 156:
        value = R.choice(TYPES)
    elif size in (8, 12):
        number = R.choice([0, 1, 5, 511, 512, 513, 4096, 1 << 20, (1 << 33) - 1])
        value = R.choice([octal(number, size), binary(number, size), binary(-number, size), b'%o' % number, b' ' * size, b'\0' * size,
                          octal(number, size)[:-1] + b' ', b'-%o' % number, os.urandom(size), b'7' * size, b'0' * size, b'8' * size])
    else:
        value = R.choice([b'', b'a', b'd/', b'config.dump', b'a\0b', b'/' * size, b'z' * size, b'\xff\xfe', b'../x', b'tar\0', b'ustar  \0',
                          b'ustar\x0000', b'ustar\0zz', os.urandom(size)])
    return sealed(block[:at] + value[:size].ljust(size, b'\0') + block[at + size:])


def blocks(tar):
    return [tar[i:i + 512] for i in range(0, len(tar), 512)]


def is_header(block):
    digits = block[148:155].strip(b'\0 ')
    if len(block) < 512 or not digits or digits.translate(None, b'01234567'):
        return False
    return sum(block[:148]) + 256 + sum(block[156:]) == int(digits, 8)


def changed(list_of_blocks):
    b = list(list_of_blocks)
    for _ in range(R.choice([1, 1, 2, 3])):
        if not b:
            break
        heads = [i for i, block in enumerate(b) if is_header(block)] or [0]
        i, j = R.choice(heads), R.randrange(len(b))
        what = R.randrange(12)
        if what <= 3:
            b[i] = a_field(b[i])
        elif what == 4:
            b.insert(R.choice(heads), b[i])
        elif what == 5:
            del b[R.choice([i, j])]
        elif what == 6:
            b[i], b[j] = b[j], b[i]
        elif what == 7:  # bytes of records and maps
            block = bytearray(b[j])
            for _ in range(R.choice([1, 2, 8])):
                if block:
                    block[R.randrange(min(len(block), 64))] = R.choice(b'0123456789=\n, \0-+x')
            b[j] = bytes(block)
        elif what == 8:
            b.insert(R.choice([i, j]), R.choice([b'\0' * 512, os.urandom(512), b'\0' * 511 + b'1']))
        elif what == 9:
            b[i] = sealed(b[i][:156] + R.choice(TYPES) + b[i][157:])
        elif what == 10:  # a digit of the length of a record
            block = bytearray(b[i + 1]) if i + 1 < len(b) else bytearray(512)
            if block[:1].isdigit():
                block[0:1] = b'%d' % R.randrange(10)
                b[i + 1] = bytes(block)
        else:
            block = bytearray(b[i])
            block[R.randrange(512)] ^= 1 << R.randrange(8)
            b[i] = bytes(block) if R.random() < .3 else sealed(block)
    return b


def one():
    if R.random() < .004:
        return at_the_limit() + b'\0' * 1024
    kinds = [lambda: by_python(tarfile.PAX_FORMAT), lambda: by_python(tarfile.GNU_FORMAT), lambda: by_python(tarfile.USTAR_FORMAT), by_gnu]
    tar = R.choice(kinds)()
    if R.random() < .3:  # two of them, with or without the end of the first
        other = R.choice(kinds[:3])()
        end = len(tar.rstrip(b'\0'))
        tar = tar[:R.choice([len(tar), end + -end % 512, R.randrange(len(tar) + 1) & ~511])] + other
    tar = b''.join(changed(blocks(tar)))
    keep = len(tar.rstrip(b'\0'))
    tar = tar[:min(len(tar), keep + -keep % 512 + 1024)]
    if R.random() < .08:
        tar = tar[:R.randrange(len(tar) + 1)]
    return tar


# os.urandom would give others each time.
os.urandom = R.randbytes
for _ in range(int(sys.argv[2])):
    made = one()
    sys.stdout.buffer.write(struct.pack('<I', len(made)) + made)
