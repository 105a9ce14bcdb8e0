// SPDX-License-Identifier: Apache-2.0
// What the package says of itself: one repository everywhere, and everything that is compiled in.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { test } from 'node:test';
import Ajv from 'ajv';

const read = (/** @type {string} */ path) => readFileSync(path, 'utf8');
const manifest = JSON.parse(read('package.json'));

test('homepage, bug tracker and README name the repository of package.json', () => {
  const [, slug] = /github\.com\/([^/]+\/[^/.]+)\.git$/.exec(manifest.repository.url) ?? [];
  assert.ok(slug);
  assert.ok(manifest.homepage.startsWith(`https://github.com/${slug}`));
  assert.ok(manifest.bugs.url.startsWith(`https://github.com/${slug}/`));
  for (const [, used] of read('README.md').matchAll(/uses: ([\w-]+\/[\w-]+)\/\.github\//g))
    assert.equal(used, slug);
});

test('the README has one picture, made by `make picture`, of 150 KiB at most', () => {
  const pictures = [...read('README.md').matchAll(/!\[([^\]]+)\]\(([^)]+)\)/g)];
  assert.equal(pictures.length, 1);
  const [[, text, path]] = pictures;
  assert.ok(text.length > 20, 'it is described');
  assert.ok(statSync(path).size <= 150 * 1024);
  assert.ok(read('Makefile').includes(`test/tools/picture.mjs ${path}\n`));
});

test('the bill of materials lists every pinned source, with its version and licence', () => {
  const sbom = JSON.parse(read('dist/sbom.cdx.json'));
  assert.deepEqual([sbom.bomFormat, sbom.specVersion], ['CycloneDX', '1.5']);
  assert.equal(sbom.metadata.component.version, manifest.version);
  const notices = read('dist/THIRD-PARTY-NOTICES.txt');
  const components = new Map(
    sbom.components.map((/** @type {any} */ component) => [component.name, component]),
  );
  const sources = read('.ci/sources.txt').matchAll(/^([a-z][\w-]*) (\S+) /gm);
  for (const [, name, version] of [...sources, ['', 'preact', ''], ['', 'musl', '']]) {
    const component = components.get(name);
    assert.ok(component, `${name} is not listed`);
    if (version) assert.equal(component.version, version);
    assert.ok(component.licenses[0].license.id);
    assert.ok(notices.includes(`\n${name} ${component.version}: `), name);
  }
  const refs = sbom.components.map((/** @type {any} */ component) => component['bom-ref']);
  assert.equal(new Set(refs).size, refs.length);
  assert.deepEqual(sbom.dependencies[0].dependsOn, refs);
});

test('the bill of materials is CycloneDX, by the schema of that project', () => {
  const schema = (/** @type {string} */ name) =>
    JSON.parse(
      read(`node_modules/@cyclonedx/cyclonedx-library/res/schema/${name}.SNAPSHOT.schema.json`),
    );
  const ajv = new Ajv({ strict: false, allErrors: true });
  for (const format of ['iri-reference', 'idn-email', 'date-time']) ajv.addFormat(format, /^\S+$/);
  for (const name of ['spdx', 'jsf-0.82'])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
  const validate = ajv.compile(schema('bom-1.5'));
  const sbom = JSON.parse(read('dist/sbom.cdx.json'));
  assert.ok(validate(sbom), JSON.stringify(validate.errors, null, 1));
  delete sbom.components[0].name;
  assert.ok(!validate(sbom)); // it does look
});

test('the licences are in what can go alone: the page, and the modules with the core inside', () => {
  const notices = read('dist/THIRD-PARTY-NOTICES.txt');
  for (const name of ['inline', 'node-inline']) {
    const inline = /\/\*! @license\n(.*)\*\//s.exec(read(`dist/${name}.js`))?.[1];
    assert.equal(inline?.replaceAll('* /', '*/'), notices, name);
  }
  const [, page] =
    /<template id="third-party-notices"><pre>(.*?)<\/pre>/s.exec(read('dist/viewer.html')) ?? [];
  const text = page.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
  assert.equal(text, notices);
});
