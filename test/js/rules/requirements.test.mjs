// SPDX-License-Identifier: Apache-2.0
// What depends on versions (src/rules/requirements.def): every row has a sample of its own. Rows of engines have versions on
// both sides here; the others are in test/data/requirements.json:
//   side     as in samples.mjs; old: with the page maps of CRIU 4.1.1 and older
//   images   images that are put in, as JSON; edit: members of the first entry of an image; add: an entry more
//   targets  what the targets say; says: and what a finding says
//   criu     versions of a host: the last one is enough for `target`, those before are not
// Without `criu`, CKP706 names the version and the reason of the row.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { load, openCheckpoint } from '../../../wasm/api/node.js';
import { build, reportOn, samples } from '../lib/samples.mjs';

const core = await load();
const { requirements } = JSON.parse(
  readFileSync(new URL('../../../build/describe.json', import.meta.url), 'utf8'),
);
const rows = JSON.parse(
  readFileSync(new URL('../../data/requirements.json', import.meta.url), 'utf8'),
);

const IMAGE = { ...samples.get('CKP902').good };
const OLD_PAGE_MAPS = samples.get('CKP706').bad.replace;
/** A checkpoint that the row speaks of, and versions of the target on both sides. */
const ENGINES = {
  PODMAN_RESTORES: [{}, ['1.3.2', '1.4.0', '5.6']],
  PODMAN_IMAGES: [IMAGE, ['4.0.3', '4.1', '5.6']],
  CRIO_RESTORES: [{ base: 'cri-o' }, ['1.24.6', '1.25.0', '1.34']],
  CONTAINERD_RESTORES: [{ base: 'containerd' }, ['2.0.9', '2.1.0', '2.3.2', '2.4.0']],
};

const image = (name, value) => ({
  name,
  base64: Buffer.from(core.encodeImage(basename(name), value)).toString('base64'),
  mode: 0o600,
});

/** An image of the checkpoint. */
async function decoded(side, name) {
  const checkpoint = await openCheckpoint(await build(side));
  const bytes = await checkpoint.read(name);
  await checkpoint.close();
  return core.decodeImage(bytes, { name: basename(name) });
}

/** The checkpoint of a row. */
async function sideOf({ side = {}, old = false, images = {}, edit = {}, add = {} }) {
  const replace = [];
  // CRI-O's and Podman's archives have processes with the same ids.
  if (old && !side.base) replace.push(...OLD_PAGE_MAPS);
  for (const [name, value] of Object.entries(images)) replace.push(image(name, value));
  for (const [name, members] of Object.entries(edit)) {
    const value = await decoded(side, name);
    Object.assign(value.entries[0], members);
    replace.push(image(name, value));
  }
  for (const [name, entry] of Object.entries(add)) {
    const value = await decoded(side, name);
    value.entries.push(entry);
    replace.push(image(name, value));
  }
  if (old && side.base) {
    const checkpoint = await openCheckpoint(await build(side));
    const { members } = checkpoint;
    const maps = [...members].filter(({ name }) => /pagemap-\d+\.img$/u.test(name));
    await checkpoint.close();
    for (const { name } of maps) {
      const value = await decoded(side, name);
      for (const entry of value.entries.slice(1)) {
        entry.compat_nr_pages = entry.nr_pages ?? entry.compat_nr_pages;
        delete entry.nr_pages;
      }
      replace.push(image(name, value));
    }
  }
  return { ...side, replace };
}

const said = ({ findings }) => findings.map(({ message }) => message);

test('every row has a sample of its own', () => {
  const known = [...Object.keys(ENGINES), ...Object.keys(rows)].sort();
  assert.deepEqual(known, requirements.map(({ name }) => name).sort());
});

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
        const told = reasons.some(({ id }) => id === rule);
        assert.equal(told, !holds, `${version}: ${JSON.stringify(report.targets, null, 1)}`);
        assert.equal(verdict === 'fails', !holds, `${version}: ${verdict}`);
      }
      return;
    }
    const { criu, target, targets, says, ...what } = rows[name];
    const side = await sideOf(what);
    for (const [engine, verdict] of Object.entries(targets ?? {})) {
      const report = await reportOn(core, side, { targets: [engine] });
      assert.equal(report.targets[0].verdict, verdict, engine);
      assert.ok(said(report).includes(says), says);
    }
    for (const version of criu ?? []) {
      const host = JSON.stringify({ version: 1, criu: { version } });
      const report = await reportOn(core, side, { host, targets: [target] });
      const needed = report.targets[0].conditions.filter(({ host: has }) => / CRIU /u.test(has));
      const text = JSON.stringify(report.targets[0].conditions, null, 1);
      assert.ok(needed.length > 0, text);
      const met = needed.every((condition) => condition.met === 'yes');
      assert.equal(met, version === criu.at(-1), `${version}: ${text}`);
      assert.equal(version === criu.at(-1), version === from, version);
    }
    if (criu || targets) return;
    const expected = `A restore needs CRIU ${from} or later: ${because}.`;
    const { findings } = await reportOn(core, side, {});
    const found = findings.filter(({ id }) => id === rule);
    assert.deepEqual(
      found.map(({ message }) => message),
      [expected],
    );
  });
