// SPDX-License-Identifier: Apache-2.0
// What the package says of itself: one repository everywhere, and everything that is compiled in.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

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
