// SPDX-License-Identifier: Apache-2.0
// node wasm/gen/notices.mjs dist: what others wrote that is compiled into the package. dist/THIRD-PARTY-NOTICES.txt has
// their licences, from the sources that the build used; dist/sbom.cdx.json lists them (CycloneDX 1.5).
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const [, , outdir] = process.argv;
const { name, version, license } = JSON.parse(readFileSync('package.json', 'utf8'));
/** Debian's versions, by source package. */
const pinned = new Map(
  readFileSync('.ci/sources.txt', 'utf8')
    .split('\n')
    .filter((line) => /^[a-z]/.test(line))
    .map((line) => /** @type {[string, string]} */ (line.split(' ').slice(0, 2))),
);
const emcc = execFileSync('emcc', ['--version'], { encoding: 'utf8' });
const [, emscripten = 'unknown'] = /\) (\d+\.\d+\.\d+)/.exec(emcc) ?? [];
const preact = JSON.parse(readFileSync('node_modules/preact/package.json', 'utf8')).version;

/** What is in it, where its licence is, and what of the package it is part of. */
const PARTS = [
  ['cjson', 'MIT', 'build/deps/cjson/LICENSE', 'accessors of JSON trees'],
  ['libzstd', 'BSD-3-Clause', 'build/deps/libzstd/LICENSE', 'the zstd decoder'],
  ['lz4', 'BSD-2-Clause', 'build/deps/lz4/lib/LICENSE', 'the LZ4 decoder'],
  ['xz-utils', '0BSD', 'build/deps/xz-utils/COPYING', 'the xz decoder (liblzma, public domain)'],
  ['bzip2', 'bzip2-1.0.6', 'build/deps/bzip2/LICENSE', 'the bzip2 decoder'],
].map(([part, id, file, what]) => ({
  ...{ name: part, id, file, what, version: pinned.get(part) ?? '' },
  purl: `pkg:deb/debian/${part}@${encodeURIComponent(pinned.get(part) ?? '')}?arch=source`,
}));
const RUNTIME = '/usr/share/emscripten/system/lib/libc/musl/COPYRIGHT';
PARTS.push({
  ...{ name: 'emscripten', id: 'MIT', file: '/usr/share/doc/emscripten/copyright' },
  ...{ what: 'emmalloc and start-up code', version: emscripten },
  purl: `pkg:github/emscripten-core/emscripten@${emscripten}`,
});
PARTS.push({
  ...{ name: 'musl', id: 'MIT', file: RUNTIME, what: 'the C library, as Emscripten has it' },
  ...{ version: emscripten, purl: `pkg:generic/musl?emscripten=${emscripten}` },
});
PARTS.push({
  ...{ name: 'preact', id: 'MIT', file: 'node_modules/preact/LICENSE', what: 'the page' },
  ...{ version: preact, purl: `pkg:npm/preact@${preact}` },
});

/** Of Debian's file about Emscripten, which is about all of its tests, too: its own licence and that text. @param {string} text */
function ownLicence(text) {
  const stanzas = text.split(/\n\n+/);
  const own = stanzas.find((stanza) => stanza.startsWith('Files:\n *\n'));
  const expat = stanzas.filter((stanza) => stanza.startsWith('License: Expat\n')).at(-1);
  if (!own || !expat) throw new Error('the copyright file of emscripten has another form');
  return `${own}\n\n${expat}`;
}

const line = '='.repeat(80);
const notices = PARTS.map(({ name: part, version: its, what, file }) => {
  const whole = readFileSync(file, 'utf8').trim();
  const text = part === 'emscripten' ? ownLicence(whole) : whole;
  return `${line}\n${part} ${its}: ${what}\n${line}\n\n${text}\n`;
});
writeFileSync(
  `${outdir}/THIRD-PARTY-NOTICES.txt`,
  `${name} ${version} contains compiled parts of these projects.\n\n${notices.join('\n')}`,
);

const ref = `pkg:npm/${name}@${version}`;
const sbom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: {
    component: {
      ...{ type: 'application', 'bom-ref': ref, name, version, purl: ref },
      licenses: [{ license: { id: license } }],
    },
  },
  components: PARTS.map(({ name: part, version: its, id, what, purl }) => ({
    ...{ type: 'library', 'bom-ref': purl, name: part, version: its, description: what, purl },
    licenses: [{ license: { id } }],
  })),
  dependencies: [{ ref, dependsOn: PARTS.map(({ purl }) => purl) }],
};
writeFileSync(`${outdir}/sbom.cdx.json`, `${JSON.stringify(sbom, null, 2)}\n`);
