// SPDX-License-Identifier: Apache-2.0
// Archives made to deceive: whatever is in them, the commands end, show nothing that acts on a terminal, write nothing,
// fail where reading stopped, and never say "restores" beside an error.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { openCheckpoint } from '../../../wasm/api/node.js';
import { archives } from '../lib/cli-archives.mjs';
import { ckpt, folder } from '../lib/cli-run.mjs';
import { ociLayout, PACK } from '../lib/forms.mjs';
import { header, tar } from '../lib/tar.mjs';

/** Whatever acts or hides, apart from the line feeds of the output itself. */
const ACTING = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const POISON = '\x1b[2J\x1b]0;x\x07\x9b31m\u202e\u2066\u2028\r\b\x7f';
const json = JSON.stringify;

const bytes = readFileSync(join(archives, 'simple-none.tar'));
/** A sound checkpoint, without the end mark. */
const sound = await (async () => {
  const checkpoint = await openCheckpoint(bytes);
  const last = [...checkpoint.members].at(-1);
  await checkpoint.close();
  return bytes.subarray(0, last.dataOffset + Math.ceil(last.storedSize / 512) * 512);
})();
const END = Buffer.alloc(1024);
const zeros = (/** @type {number} */ size) => Buffer.alloc(size);
const padded = (/** @type {string | Uint8Array} */ body) => {
  const data = Buffer.from(body);
  return Buffer.concat([data, zeros(-data.length & 511)]);
};
/** One member. @param {string} name @param {string | Uint8Array} [body] @param {any} [facts] */
const one = (name, body = '', facts = {}) =>
  Buffer.concat([header(name, { size: Buffer.from(body).length, ...facts }), padded(body)]);
/** The sound checkpoint, with something behind or before its members. @param {Uint8Array[]} more */
const behind = (...more) => Buffer.concat([sound, ...more, END]);
const before = (/** @type {Uint8Array[]} */ ...more) => Buffer.concat([...more, sound, END]);
/** A header with bytes changed, and the right sum. @param {Uint8Array} block @param {number} at @param {string | Uint8Array} value */
function patched(block, at, value) {
  const copy = Buffer.from(block);
  copy.set(Buffer.from(value), at);
  copy.fill(32, 148, 156);
  const sum = copy.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  copy.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return copy;
}
/** @param {string} key @param {string} value */
function record(key, value) {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let size = rest + 1;
  while (String(size).length + rest !== size) size = String(size).length + rest;
  return `${size} ${key}=${value}\n`;
}
/** @param {Record<string, string>} records @param {string} [type] */
const pax = (records, type = 'x') =>
  one(
    'PaxHeaders/x',
    Object.entries(records)
      .map(([key, value]) => record(key, value))
      .join(''),
    { type },
  );
const long = (/** @type {string} */ name, type = 'L') =>
  one('././@LongLink', `${name}\0`, { type });
const config = '{"id":"evil","name":"evil"}';
const layout = (
  /** @type {any} */ index,
  /** @type {[string, (string | Uint8Array)?, any?][]} */ ...blobs
) =>
  tar(
    ...blobs,
    ['index.json', typeof index === 'string' ? index : json(index)],
    ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
  );
const digest = `sha256:${'ab'.repeat(32)}`;
const blob = `blobs/sha256/${'ab'.repeat(32)}`;

/** By their names: the archive, and whether reading it must stop. @type {Record<string, [Uint8Array, boolean?]>} */
const ATTACKS = {
  // Names
  'a name that acts': [behind(one(`checkpoint/${POISON}.img`, 'x'))],
  'a long name that acts': [behind(long(`checkpoint/${POISON.repeat(300)}`), one('x', 'x'))],
  'a PAX name that acts': [behind(pax({ path: `logs/${POISON}` }), one('x', 'x'))],
  'a name of a megabyte': [behind(long('n'.repeat(2 ** 20 - 1)), one('x'))],
  'a name of more than a megabyte': [behind(long('n'.repeat(2 ** 20)), one('x')), true],
  'an absolute name': [behind(one('/etc/cron.d/x', 'x'))],
  'a name that leads out': [behind(one('checkpoint/../../../etc/passwd', 'x'))],
  'a name that leads out by PAX': [
    behind(pax({ path: '../../root/.ssh/authorized_keys' }), one('x', 'x')),
  ],
  'a name of dots': [behind(one('.', 'x'), one('..', 'x'), one('./.', 'x'))],
  'a name with a backslash': [behind(one('..\\..\\windows\\system32\\x', 'x'))],
  'a name of a drive': [behind(one('C:\\x', 'x'), one('NUL', 'x'))],
  'a second config.dump': [behind(one('config.dump', config))],
  'a second config.dump by another spelling': [behind(one('./config.dump', config))],
  'a second config.dump through dots': [behind(one('checkpoint/../config.dump', config))],
  'a second config.dump with slashes': [behind(one('.//config.dump', config))],
  'a config.dump that is a directory': [behind(one('config.dump/', '', { type: '5' }))],
  'a config.dump for readers of PAX only': [behind(pax({ path: 'config.dump' }), one('a', config))],
  'a config.dump of another case': [behind(one('CONFIG.DUMP', config))],
  'a config.dump with a look-alike': [behind(one('c\u043enfig.dump', config))],
  'names that are no UTF-8': [
    behind(patched(one('a', 'x'), 0, Buffer.from([0xff, 0xfe, 0x1b, 0xc3]))),
  ],
  'a name with a NUL behind it': [behind(patched(one('a', 'x'), 0, 'config.dump\0evil'))],
  // Links and other types
  'a symbolic link that leads out': [
    behind(one('checkpoint/x', '', { type: '2', link: '../../../etc/shadow' })),
  ],
  'a symbolic link in the place of checkpoint/': [
    before(one('checkpoint', '', { type: '2', link: '/tmp' })),
  ],
  'a link, and a member through it': [
    behind(one('d', '', { type: '2', link: '/etc' }), one('d/passwd', 'x')),
  ],
  'a hard link to config.dump': [behind(one('spec.dump', '', { type: '1', link: 'config.dump' }))],
  'a hard link that leads out': [behind(one('h', '', { type: '1', link: '/etc/passwd' }))],
  'a link to itself': [behind(one('l', '', { type: '2', link: 'l' }))],
  'a link whose target acts': [behind(one('l', '', { type: '2', link: POISON }))],
  'a device for a config.dump': [behind(one('config.dump', '', { type: '3' }))],
  'a FIFO for an image': [behind(one('checkpoint/core-1.img', '', { type: '6' }))],
  'a type that nobody knows': [behind(one('x', 'x', { type: '\x1b' }))],
  // Headers
  'a sum that is wrong': [
    behind(Buffer.concat([Buffer.from(one('x', 'x')).fill(55, 148, 150)])),
    true,
  ],
  'a negative size': [
    behind(patched(one('x'), 124, Buffer.from([0xff, ...Array(11).fill(0xff)]))),
    true,
  ],
  'a size of exabytes': [
    behind(patched(one('x'), 124, Buffer.from([0x80, 0, 0, 0, 0x7f, ...Array(7).fill(0xff)]))),
    true,
  ],
  'a size that ends behind the file': [
    Buffer.concat([sound, header('x', { size: 2 ** 30 }), zeros(512)]),
    true,
  ],
  'a PAX size that is another': [behind(pax({ size: '100000' }), one('x', 'x')), true],
  'a PAX record that is longer than its block': [
    behind(one('PaxHeaders/x', '99999 path=x\n', { type: 'x' }), one('x')),
    true,
  ],
  'a PAX record without a number': [
    behind(one('PaxHeaders/x', 'path=x\n', { type: 'x' }), one('x')),
    true,
  ],
  'a NUL in a PAX name': [behind(pax({ path: 'a\0b' }), one('x')), true],
  'a global header that renames all': [before(pax({ path: 'evil' }, 'g'))],
  'a header of a header': [
    behind(long('a'), long('b'), pax({ path: 'c' }), pax({ path: 'd' }), one('x')),
  ],
  'headers, and nothing behind': [behind(long('a'), pax({ path: 'b' }))],
  'a time that is no number': [behind(pax({ mtime: 'never' }), one('x')), true],
  'an archive behind the end': [Buffer.concat([sound, END, one('config.dump', config), END])],
  'one block of zeros, then more': [
    Buffer.concat([sound, zeros(512), one('config.dump', config), END]),
  ],
  'extended attributes that act': [
    behind(pax({ [`SCHILY.xattr.user.${POISON}`]: POISON }), one('x', 'x')),
  ],
  'owners that act': [behind(pax({ uname: POISON, gname: POISON }), one('x', 'x'))],
  // Sparse members
  'a sparse map that promises more': [
    behind(
      pax({
        'GNU.sparse.major': '1',
        'GNU.sparse.minor': '0',
        'GNU.sparse.realsize': '9999',
        'GNU.sparse.name': 'config.dump',
      }),
      one('x', padded('1\n0\n9999\n')),
    ),
    true,
  ],
  'a sparse map that overlaps': [
    behind(
      pax({ 'GNU.sparse.size': '100', 'GNU.sparse.numblocks': '2', 'GNU.sparse.map': '0,10,5,10' }),
      one('x', 'x'.repeat(20)),
    ),
    true,
  ],
  'a sparse member of petabytes': [
    behind(
      pax({
        'GNU.sparse.major': '1',
        'GNU.sparse.minor': '0',
        'GNU.sparse.realsize': '1125899906842624',
        'GNU.sparse.name': 'checkpoint/pages-9.img',
      }),
      one('x', padded('0\n')),
    ),
  ],
  'a sparse config.dump': [
    behind(
      pax({
        'GNU.sparse.major': '1',
        'GNU.sparse.minor': '0',
        'GNU.sparse.realsize': '8',
        'GNU.sparse.name': 'config.dump',
      }),
      one('x', padded('0\n')),
    ),
  ],
  // Archives inside
  'a file system of links that lead out': [
    behind(
      one(
        'rootfs-diff.tar',
        tar(['a', '', { type: '2', link: '/' }], ['a/etc/shadow', 'x'], ['../x', 'x']),
      ),
    ),
  ],
  'a file system whose names act': [
    behind(
      one('rootfs-diff.tar', tar([POISON, 'x'], [`d/${POISON}`, '', { type: '2', link: POISON }])),
    ),
  ],
  'a file system that is damaged': [
    behind(one('rootfs-diff.tar', tar(['a', 'x'.repeat(2000)]).subarray(0, 1500))),
  ],
  'a file system that is gzip of zeros': [
    gzipSync(behind(one('rootfs-diff.tar', gzipSync(zeros(2 ** 22))))),
  ],
  'a file system that is text': [behind(one('rootfs-diff.tar', POISON.repeat(99)))],
  'the same archive in gzip, zstd and xz': [
    gzipSync(PACK.zstd(PACK.xz(behind(one('config.dump', config))))),
  ],
  // Streams
  'gzip that is cut': [gzipSync(behind()).subarray(0, 5000), true],
  'gzip with another stream behind': [
    Buffer.concat([gzipSync(behind()), gzipSync(tar(['config.dump', config]))]),
  ],
  'gzip with garbage behind': [Buffer.concat([gzipSync(behind()), Buffer.from('garbage')])],
  'zstd that is damaged': [
    (() => {
      const packed = Buffer.from(PACK.zstd(behind()));
      packed[packed.length >> 1] ^= 0xff;
      return packed;
    })(),
    true,
  ],
  'a frame that is skipped, with a checkpoint in it': [
    (() => {
      const hidden = tar(['config.dump', config]);
      const head = Buffer.alloc(8);
      head.writeUInt32LE(0x184d2a50);
      head.writeUInt32LE(hidden.length, 4);
      return Buffer.concat([head, hidden, PACK.zstd(behind())]);
    })(),
  ],
  // Images and pods
  'an index of digests that lead out': [
    layout({ manifests: [{ digest: 'sha256:../../../etc/passwd' }, { digest: `${POISON}:x` }] }),
    false,
  ],
  'an index that is its own manifest': [
    layout({ manifests: [{ digest }] }, [blob, json({ manifests: [{ digest }] })]),
  ],
  'an index that is no list': [layout({ manifests: { length: 1e9 } })],
  'annotations that act': [
    layout({ manifests: [{ digest }] }, [
      blob,
      json({ layers: [{ digest }], annotations: { [POISON]: POISON } }),
    ]),
  ],
  'a layer that is its own manifest': [
    layout({ manifests: [{ digest }] }, [blob, json({ layers: [{ digest }] })]),
  ],
  'an image in an image': [ociLayout(ociLayout(behind()))],
  'an index of prototypes': [
    layout(
      '{"__proto__":{"manifests":[{"digest":"x"}]},"constructor":1,"manifests":[{"__proto__":1}]}',
    ),
  ],
  'a manifest of docker that leads out': [
    tar(
      ['manifest.json', json([{ Config: '/etc/passwd', Layers: ['../../x', POISON, 5, null] }])],
      ['repositories', '{}'],
    ),
  ],
  'a layer that links to itself': [
    tar(
      ['a/layer.tar', '', { type: '2', link: '../a/layer.tar' }],
      ['manifest.json', json([{ Config: 'c', Layers: ['a/layer.tar'] }])],
    ),
  ],
  'a pod whose containers lead out': [
    tar(
      [
        'checkpoint-manifest.json',
        json({ version: 1, containers: [{ archive: '../../etc/passwd', name: POISON }] }),
      ],
      ['containers/a.tar', behind()],
    ),
  ],
  'a pod whose names act': [
    tar(
      ['pod.options', json({ version: 1, containers: { [POISON]: POISON } })],
      [`${'a\x1b'}/config.dump`, config],
    ),
  ],
  'a pod that is one of its containers': [
    tar([
      'checkpoint-manifest.json',
      json({ version: 1, containers: [{ archive: 'checkpoint-manifest.json' }] }),
    ]),
  ],
  // Metadata
  'a config.dump of texts that act': [
    tar(
      ['config.dump', json({ id: POISON, name: POISON, rootfsImageName: POISON, runtime: POISON })],
      [
        'spec.dump',
        json({ ociVersion: POISON, process: { args: [POISON], env: [`${POISON}=${POISON}`] } }),
      ],
    ),
  ],
  'a dump.log that acts': [
    behind(one('dump.log', `Error (criu/x.c:1): ${POISON}\n`), one('checkpoint/dump.log', POISON)),
  ],
  'images that are no images': [
    behind(
      ...['pstree', 'inventory', 'mm-1', 'core-1', 'pagemap-1', 'files'].map((name) =>
        one(`checkpoint/${name}.img`, POISON.repeat(20)),
      ),
    ),
  ],
};

const FORMATS = [
  'text',
  'json',
  'jsonl',
  'sarif',
  'junit',
  'github',
  'gitlab',
  'tap',
  'markdown',
  'html',
];
const COMMANDS = [
  ['ls'],
  ['ls', '--json'],
  ['show'],
  ['inspect'],
  ['inspect', '--all'],
  ['inspect', '--format', 'json', '--all'],
  ['ps'],
  ['info'],
];

for (const [name, [archive, stops]] of Object.entries(ATTACKS))
  test(name, async () => {
    const cwd = folder({ 'x.tar': archive });
    const reports = folder();
    const args = FORMATS.flatMap((format) => [
      '--format',
      format,
      '--output',
      join(reports, format),
    ]);
    const { code, signal, stdout, stderr } = await ckpt(['validate', ...args, 'x.tar'], { cwd });
    assert.equal(signal, null);
    assert.ok([0, 1, 3].includes(code), `${code}: ${stderr}`);
    assert.doesNotMatch(stdout + stderr, ACTING);
    for (const format of FORMATS)
      assert.doesNotMatch(readFileSync(join(reports, format), 'utf8'), ACTING, format);
    const result = JSON.parse(readFileSync(join(reports, 'json'), 'utf8')).results[0].report;
    const errors = result.findings.filter(
      (/** @type {any} */ { severity }) => severity === 'error',
    );
    const stopped = errors.some((/** @type {any} */ { id }) => id === 'CKP014');
    if (stops !== undefined)
      assert.equal(stopped, stops, json(errors.map((/** @type {any} */ { message }) => message)));
    assert.equal(code === 0, errors.length === 0, json(errors));
    if (errors.length > 0)
      for (const { name: target, verdict } of result.targets ?? [])
        assert.notEqual(verdict, 'restores', `${target}: ${json(errors)}`);
    for (const command of COMMANDS) {
      const run = await ckpt([...command, 'x.tar'], { cwd });
      assert.ok(
        run.signal === null && [0, 1, 3].includes(run.code),
        `${command}: ${run.code} ${run.stderr}`,
      );
      assert.doesNotMatch(run.stdout + run.stderr, ACTING, command.join(' '));
      if (stops && command[0] !== 'ps')
        assert.notEqual(run.code, 0, `${command}: it was not read to its end`);
    }
    assert.deepEqual(readdirSync(cwd), ['x.tar']);
    assert.ok(readFileSync(join(cwd, 'x.tar')).equals(archive));
  });
