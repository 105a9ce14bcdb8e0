// SPDX-License-Identifier: Apache-2.0
// What depends on versions (src/rules/requirements.def): every statement has a version that it holds for and one that it
// does not, or images that show it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { reportOn, samples } from '../lib/samples.mjs';

const core = await load();
const { requirements } = JSON.parse(
  readFileSync(new URL('../../../build/describe.json', import.meta.url), 'utf8'),
);
const data = new URL('../../data/', import.meta.url);

const IMAGE = { ...samples.get('CKP902').good };
/** A checkpoint that the row speaks of, and versions of the target on both sides. */
const ENGINES = {
  PODMAN_RESTORES: [{}, ['1.3.2', '1.4.0', '5.6']],
  PODMAN_IMAGES: [IMAGE, ['4.0.3', '4.1', '5.6']],
  CRIO_RESTORES: [{ base: 'cri-o' }, ['1.24.6', '1.25.0', '1.34']],
  CONTAINERD_RESTORES: [{ base: 'containerd' }, ['2.0.9', '2.1.0', '2.3.2', '2.4.0']],
};
/** Images of CRIU that need the version: a dump of test/data/dumps, or a changed checkpoint. */
const DUMPS = {
  CRIU_FILES: samples.get('CKP706').bad,
  CRIU_NR_PAGES: {},
};

for (const { name, program, from, before, rule, because, source, date } of requirements)
  test(`${name}: ${because}`, async () => {
    assert.match(date, /^\d{4}-\d\d-\d\d$/);
    assert.ok(source.length > 3 && because.length > 3);
    assert.ok(samples.has(rule), `${rule} has no sample`);
    for (const version of [from, before].filter(Boolean))
      assert.match(version, /^\d+(\.\d+){1,2}$/);
    if (ENGINES[name]) {
      const [side, versions] = ENGINES[name];
      const key = (text) => text.split('.').reduce((sum, part, i) => sum + part / 1000 ** i, 0);
      for (const version of versions) {
        const holds = key(version) >= key(from) && (!before || key(version) < key(before));
        const report = await reportOn(core, side, { targets: [`${program}@${version}`] });
        const [{ verdict, reasons }] = report.targets;
        const said = reasons.some(({ id }) => id === rule);
        assert.equal(said, !holds, `${version}: ${JSON.stringify(report.targets, null, 1)}`);
        assert.equal(verdict === 'fails', !holds, `${version}: ${verdict}`);
      }
    } else if (DUMPS[name]) {
      const host = { version: 1, criu: { version: '1.0' } };
      const { targets } = await reportOn(core, DUMPS[name], { host: JSON.stringify(host) });
      const needed = targets[0].conditions.filter(({ text }) => text.startsWith('CRIU '));
      assert.equal(needed.length, 1);
    } else assert.equal(program, name.startsWith('CRIU') ? 'criu' : program);
  });

test('the least CRIU of a host is that of the images, or what the engine asks for', async () => {
  const least = async (side, target) => {
    const host = JSON.stringify({ version: 1, criu: { version: '1.0' } });
    const { targets } = await reportOn(core, side, { host, targets: [target] });
    return targets[0].conditions.find(({ text }) => text.startsWith('CRIU ')).text;
  };
  const old = samples.get('CKP706').bad;
  assert.equal(await least({}, 'podman'), 'CRIU 4.2 or later.');
  assert.equal(await least(old, 'podman'), 'CRIU 3.11 or later.');
});

test('files in memory need CRIU 3.14, descriptors of processes 4.1', async () => {
  const checkpoint = await openCheckpoint(
    readFileSync(new URL('restores/111-pagemap-old-dialect.tar.zst', data)),
  );
  const { findings } = await core.validate(checkpoint);
  await checkpoint.close();
  const dialect = findings.find(({ id }) => id === 'CKP514');
  assert.equal(dialect.field, 'compat_nr_pages');
  assert.ok(findings.some(({ id }) => id === 'CKP706'));
});
