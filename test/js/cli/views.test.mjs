// SPDX-License-Identifier: Apache-2.0
// What show and inspect print of a summary: tables, trees, JSON.
import assert from 'node:assert/strict';
import test from 'node:test';
import { annotationNodes } from '../../../wasm/cli/annotations.js';
import { goJson, sortedByKey } from '../../../wasm/cli/go-json.js';
import { duration, inspectJson, inspectTree } from '../../../wasm/cli/inspect-views.js';
import { linkText, memberName, modeText, sizeText, timeOf } from '../../../wasm/cli/members.js';
import { table } from '../../../wasm/cli/table.js';
import { drawTree, node } from '../../../wasm/cli/tree.js';

const bytes = (/** @type {number} */ count) => `${count} B`;
const nothing = { stats: false, metadata: false, mounts: false, files: false };

const summary = {
  engine: { name: 'podman', display: 'Podman', evidence: [] },
  container: {
    name: 'web',
    id: 'f00d'.repeat(16),
    image: 'localhost/web:1',
    runtime: 'crun',
    created: '2026-03-13T21:30:00Z',
    ip: '10.88.0.9, fd00:88::9',
    mac: 'f2:99:9a:10:2b:3c',
  },
  networks: [
    {
      name: 'podman',
      interfaces: [
        {
          name: 'eth0',
          subnets: [
            { ip: '10.88.0.9/16', gateway: '10.88.0.1' },
            { ip: 'fd00:88::9/64', gateway: 'fd00:88::1' },
          ],
          mac: 'f2:99:9a:10:2b:3c',
        },
        { name: 'eth1', subnets: [{ ip: '192.0.2.1/24' }] },
      ],
    },
  ],
  sizes: { archive: 9, checkpoint: 7, pages: 5, gpuPages: 3, rootfsDiff: 1 },
  statistics: {
    freezing_time: 100000,
    frozen_time: 20000,
    memdump_time: 10000000,
    pages_written: 34,
  },
  metadata: { podName: 'pod', namespace: 'ns', annotations: { b: 'x', a: '', 10: 'y', 9: 'z' } },
  mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
};

/** @param {object} [changes] */
const bare = (changes = {}) => ({
  engine: { display: 'unknown' },
  container: {},
  sizes: { checkpoint: 0, pages: 0, gpuPages: 0, rootfsDiff: 0 },
  ...changes,
});

test('a table: at least six columns, three blanks, the last cell as it is', () => {
  assert.equal(
    table(
      ['A', 'LONGER', 'END'],
      [
        ['', 'x', ''],
        ['12345', 'a\u001b[31m\n', '漢字'],
        ['漢字漢字', 'é', 'z'],
      ],
    ),
    [
      'A          LONGER        END\n',
      '-          ------        ---\n',
      '           x             \n',
      '12345      a\\x1b[31m\\n   漢字\n',
      '漢字漢字   é             z\n',
    ].join(''),
  );
});

test('a tree', () => {
  const root = node('root', [
    node('a', [node('b', [node('c')]), node('d')]),
    node('e\nf', [node('\u202eg')]),
  ]);
  assert.equal(
    drawTree(root),
    'root\n├── a\n│   ├── b\n│   │   └── c\n│   └── d\n└── e\\nf\n    └── \\u202eg\n',
  );
});

test('times of the statistics keep their zeros', () => {
  for (const [microseconds, text] of /** @type {[number, string][]} */ ([
    [0, '0 µs'],
    [999, '999 µs'],
    [1000, '1 ms'],
    [20000, '20 ms'],
    [100000, '100 ms'],
    [100820, '100.82 ms'],
    [73991, '73.991 ms'],
    [101086, '101.09 ms'],
    // Right in the middle: to the even digit, as Go's %.5g.
    [100125, '100.12 ms'],
    [100375, '100.38 ms'],
    [1031250, '1.0312 s'],
    [999999, '1000 ms'],
    [10000000, '10 s'],
    [4294967295, '4295 s'],
  ]))
    assert.equal(duration(microseconds), text);
});

test('inspect as a tree: every part', () => {
  const parts = { stats: true, metadata: true, mounts: true, files: false };
  assert.equal(
    drawTree(inspectTree({ summary, members: [] }, parts, {}, bytes)),
    `web
├── Image: localhost/web:1
├── ID: ${'f00d'.repeat(16)}
├── Runtime: crun
├── Created: 2026-03-13T21:30:00Z
├── Engine: Podman
├── Network Interfaces
│   ├── podman (eth0)
│   │   ├── IP: 10.88.0.9/16
│   │   ├── IP: fd00:88::9/64
│   │   ├── MAC: f2:99:9a:10:2b:3c
│   │   ├── Gateway: 10.88.0.1
│   │   └── Gateway: fd00:88::1
│   └── podman (eth1)
│       └── IP: 192.0.2.1/24
├── Checkpoint size: 7 B
│   ├── Memory pages size: 5 B
│   └── AMD GPU memory pages size: 3 B
├── Root FS diff size: 1 B
├── CRIU dump statistics
│   ├── Freezing time: 100 ms
│   ├── Frozen time: 20 ms
│   ├── Memdump time: 10 s
│   ├── Memwrite time: 0 µs
│   ├── Pages scanned: 0
│   └── Pages written: 34
├── Metadata
│   ├── Pod name: pod
│   ├── Kubernetes namespace: ns
│   └── Annotations
│       ├── 10: y
│       ├── 9: z
│       ├── a: 
│       └── b: x
└── Overview of mounts
    └── Destination: /proc
        ├── Type: proc
        └── Source: proc
`,
  );
});

test('inspect: what is not known is left out', () => {
  const container = { ip: '10.0.0.1', mac: 'aa:bb', checkpointed: '2026-01-01T00:00:00Z' };
  assert.equal(
    drawTree(inspectTree({ summary: bare({ container }), members: [] }, nothing, {}, bytes)),
    'Container\n├── Checkpointed: 2026-01-01T00:00:00Z\n├── Engine: unknown\n├── IP: 10.0.0.1\n├── MAC: aa:bb\n└── Checkpoint size: 0 B\n',
  );
  const parts = { stats: true, metadata: true, mounts: true, files: true };
  assert.equal(
    goJson([inspectJson({ summary: bare(), members: [] }, parts)]),
    `[
  {
    "container_name": "",
    "image": "",
    "id": "",
    "runtime": "",
    "created": "",
    "engine": "unknown",
    "checkpoint_size": {},
    "metadata": {},
    "files_in_archive": []
  }
]
`,
  );
});

test('inspect as JSON: the keys of the reference tool, in its order', () => {
  const parts = { stats: true, metadata: true, mounts: true, files: false };
  const text = goJson([inspectJson({ summary, members: [] }, parts)]);
  const [value] = JSON.parse(text);
  assert.deepEqual(Object.keys(value), [
    ...['container_name', 'image', 'id', 'runtime', 'created', 'engine', 'ip', 'mac', 'networks'],
    ...['checkpoint_size', 'statistics', 'metadata', 'mounts'],
  ]);
  assert.deepEqual(value.networks, [
    {
      name: 'podman',
      interfaces: {
        eth0: {
          ip: '10.88.0.9/16, fd00:88::9/64',
          mac: 'f2:99:9a:10:2b:3c',
          gateway: '10.88.0.1, fd00:88::1',
        },
        eth1: { ip: '192.0.2.1/24' },
      },
    },
  ]);
  assert.deepEqual(value.statistics, {
    freezing_time: 100000,
    frozen_time: 20000,
    memdump_time: 10000000,
    pages_written: 34,
  });
  assert.match(text, /"10": "y",\n +"9": "z",\n +"a": "",\n +"b": "x"\n/);
});

test('JSON as Go writes it, safe for terminals', () => {
  assert.equal(
    goJson({ a: [], b: {}, c: [1, true, null], d: undefined }),
    '{\n  "a": [],\n  "b": {},\n  "c": [\n    1,\n    true,\n    null\n  ]\n}\n',
  );
  assert.equal(
    goJson('<&>\u2028\u009b\u202e\n"'),
    '"\\u003c\\u0026\\u003e\\u2028\\u009b\\u202e\\n\\""\n',
  );
  assert.deepEqual(
    [...sortedByKey({ '\uffff': 1, '\u{10000}': 2, b: 3, 2: 4, 10: 5 }).keys()],
    ['10', '2', 'b', '\uffff', '\u{10000}'],
  );
});

test('annotations with JSON are unfolded; wrong JSON is shown as it is', () => {
  const draw = (/** @type {Record<string, string>} */ annotations) =>
    drawTree(node('', annotationNodes(new Map(Object.entries(annotations)))));
  const last = 'kubectl.kubernetes.io/last-applied-configuration';
  assert.equal(
    draw({ [last]: '{"z":{"b":[{"d":1,"c":[]},["x"],null],"a":{}},"y":true}\n' }),
    `\n└── ${last}
    ├── y: true
    └── z:
        ├── a:
        └── b: 
            ├── [0]:
            │   ├── c: 
            │   └── d: 1
            ├── [1]: 
            │   └── [0]: x
            └── [2]: null
`,
  );
  assert.equal(
    draw({
      'io.kubernetes.cri-o.Volumes': '[{"container_path":"/a","host_path":"/b","readonly":true}]',
    }),
    `\n└── io.kubernetes.cri-o.Volumes
    └── /a
        ├── host path: /b
        ├── read-only: true
        ├── selinux relabel: false
        ├── recursive read-only: false
        └── propagation: 0
`,
  );
  for (const text of ['{', '[1]', '"x"', 'null', '{"a":'.repeat(60) + '1' + '}'.repeat(60)])
    assert.equal(
      draw({ 'io.kubernetes.cri-o.Labels': text }),
      `\n└── io.kubernetes.cri-o.Labels: ${text}\n`,
    );
  assert.equal(
    draw({ 'io.kubernetes.cri-o.Volumes': '[1]' }),
    '\n└── io.kubernetes.cri-o.Volumes: [1]\n',
  );
});

test('members as text', () => {
  const member = (/** @type {object} */ changes) =>
    /** @type {import('../../../wasm/api/archive.js').Member} */ ({
      ...{ name: 'a', nameBytes: new Uint8Array([97]), nameFlags: [], type: 'file', mode: 0o644 },
      ...{ size: 5, mtime: 0, link: '', devMajor: 1, devMinor: 3 },
      ...changes,
    });
  for (const [type, mode, text] of /** @type {[string, number, string][]} */ ([
    ['file', 0o100644, '-rw-r--r--'],
    ['directory', 0o755, 'drwxr-xr-x'],
    ['symlink', 0o777, 'lrwxrwxrwx'],
    ['hardlink', 0, 'h---------'],
    ['fifo', 0o6000, 'p--S--S---'],
    ['character', 0o7777, 'crwsrwsrwt'],
    ['block', 0o1000, 'b--------T'],
    ['other', 0o100, '?--x------'],
  ]))
    assert.equal(modeText(member({ type, mode })), text);
  assert.equal(timeOf(member({ mtime: 1773437400 })), '2026-03-13T21:30:00Z');
  assert.equal(timeOf(member({ mtime: -1 })), '1969-12-31T23:59:59Z');
  assert.equal(timeOf(member({ mtime: 1e15 })), '@1000000000000000');
  assert.equal(timeOf(member({ mtime: 1e12 })), '@1000000000000');
  assert.equal(memberName(member({ name: 'x\u001by\u202e' })), 'x\\x1by\\u202e');
  assert.equal(memberName(member({ name: 'd', type: 'directory' })), 'd/');
  const nameBytes = new Uint8Array([0x2e, 0x2f, 0xff, 0x0a, 0x2f]);
  assert.equal(
    memberName(member({ name: '\ufffd\n', nameBytes, nameFlags: ['notUtf8'], type: 'directory' })),
    '\\xff\\n/',
  );
  assert.equal(linkText(member({ type: 'symlink', link: '/\u0007' })), ' -> /\\x07');
  assert.equal(linkText(member({ type: 'hardlink', link: 'b' })), ' link to b');
  assert.equal(linkText(member({ link: 'b' })), '');
  assert.equal(sizeText(member({})), '5');
  assert.equal(sizeText(member({ type: 'block' })), '1,3');
});
