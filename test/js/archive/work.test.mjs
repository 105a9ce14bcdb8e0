// SPDX-License-Identifier: Apache-2.0
// The work of opening and validating grows as the file does: counted, for n, 2n and 4n of what could multiply.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { load, openCheckpoint } from 'container-checkpoint/node';
import { podContainers } from '../../../wasm/api/pod-files.js';
import { matchesPattern } from '../../../wasm/api/members.js';
import { glob, nameTest } from '../../../wasm/cli/glob.js';
import { config, json, spec, temporaryFolder } from '../lib/checkpoints.mjs';
import { tar } from '../lib/tar.mjs';
import { assertLinear } from '../lib/work.mjs';

const core = await load();
const list = (n, make) => Array.from({ length: n }, (_, i) => make(i));
const checkpoint = tar(['config.dump', json(config)], ['spec.dump', spec({})]);
const hex = (i) => i.toString(16).padStart(64, '0');
const blob = (i) => `blobs/sha256/${hex(i)}`;
const digest = (i) => ({ digest: `sha256:${hex(i)}`, size: 10 });
const layout = ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'];

/** Opens, validates, closes. */
const whole = (bytes) => async () => {
  const opened = await openCheckpoint(bytes);
  await core.validate(opened);
  await opened.containers();
  await opened.close();
};
/** The same for an archive and for a compressed one. */
function grows(name, n, members) {
  for (const [form, pack] of [
    ['plain', (bytes) => bytes],
    ['gzip', (bytes) => gzipSync(bytes, { level: 1 })],
  ])
    test(`${name}, ${form}`, () =>
      assertLinear(name, n, async (size) => whole(pack(tar(...members(size))))));
}

grows('an index that names one blob many times', 2000, (n) => [
  [blob(1), checkpoint],
  ['index.json', json({ manifests: list(n, () => digest(1)) })],
  layout,
]);
grows('a manifest that names one layer many times', 2000, (n) => [
  [blob(1), tar(['etc/passwd', ''])],
  [blob(2), json({ layers: list(n, () => digest(1)) })],
  ['index.json', json({ manifests: [digest(2)] })],
  layout,
]);
grows('an index that names many blobs', 250, (n) => [
  ...list(n, (i) => [blob(i), json({ layers: [digest(i + 1)] })]),
  ['index.json', json({ manifests: list(n, digest) })],
  layout,
]);
grows('indexes of indexes', 100, (n) => [
  ...list(n, (i) => [blob(i), json({ manifests: list(n > 0 ? 20 : 0, (k) => digest(i + k)) })]),
  ['index.json', json({ manifests: [digest(0)] })],
  layout,
]);
grows('annotations of an image', 500, (n) => {
  const annotations = Object.fromEntries(list(n, (i) => [`a${i}`, 'x']));
  return [
    [blob(1), json({ layers: [digest(2)], annotations })],
    [blob(2), checkpoint],
    ['index.json', json({ manifests: [{ ...digest(1), annotations }], annotations })],
    layout,
  ];
});
/** With n twice as large: twice the containers, and twice the members. */
const container = (name, id, files) => [
  [`${name}/config.dump`, json({ ...config, id })],
  [`${name}/spec.dump`, spec({})],
  ...list(files, (i) => [`${name}/checkpoint/core-${i}.img`, '']),
];
grows('a pod of many containers with many members', 20, (n) => [
  ['pod.options', json({ version: 1, containers: list(n, (i) => `c${i}`) })],
  ...list(n, (i) => container(`c${i}`, hex(i), 20)).flat(),
]);
grows('a pod of many archives', 10, (n) => [
  [
    'checkpoint-manifest.json',
    json({ containers: list(n, (i) => ({ archive: `containers/${i}.tar` })) }),
  ],
  ...list(n, (i) => [`containers/${i}.tar`, checkpoint]),
]);
grows('many members', 1000, (n) => [
  ['config.dump', json(config)],
  ['spec.dump', spec({})],
  ...list(n, (i) => [`logs/${i}`, '']),
]);
grows('many archives inside', 40, (n) => [
  ['config.dump', json(config)],
  ['spec.dump', spec({})],
  ...list(n, (i) => [`volumes/${i}.tar`, tar([`file${i}`, ''])]),
]);
grows('many secrets, and places of findings', 500, (n) => [
  ['config.dump', json(config)],
  [
    'spec.dump',
    json({ ociVersion: '1.0.2', process: { env: list(n, (i) => `TOKEN_${i}=Ab1Cd2Ef3Gh4${i}`) } }),
  ],
]);
grows('many members of one name', 1000, (n) => [
  ['config.dump', json(config)],
  ...list(n, () => ['spec.dump', '{}']),
]);

test('directories of a pod', () =>
  assertLinear('podContainers', 5000, async (n) => {
    const members = list(n, (i) => ({ name: `d${i}/config.dump`, type: 'file', index: i }));
    const options = json({ containers: list(n, (i) => `d${n - i}`) });
    const files = new Map([['pod.options', Buffer.from(options)]]);
    return () => podContainers(members, files);
  }));

test('patterns: of a name, and of folders', async () => {
  for (const pattern of ['*a*a*a*a*b', '?*?*?*x', '*[a-c]*[!z]b'])
    await assertLinear(pattern, 2000, async (n) => {
      const name = 'a'.repeat(n);
      return () => nameTest(pattern)(name);
    });
  const folder = temporaryFolder();
  await assertLinear('**/**/**/x', 10, async (n) => {
    const deep = join(folder, `${n}`, ...list(n, () => 'd'));
    mkdirSync(deep, { recursive: true });
    return () => glob(join(folder, `${n}`, '**/**/**/**/x'));
  });
});

test('patterns of members', () =>
  assertLinear('matchesPattern', 2000, async (n) => {
    const name = 'a'.repeat(n);
    return () => matchesPattern(name, '*a*a*a*a*a*b');
  }));
