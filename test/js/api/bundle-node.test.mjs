// SPDX-License-Identifier: Apache-2.0
// container-checkpoint/node in programs that are bundled: by esbuild as ES and as CommonJS module, by Vite for a server;
// run away from the package, with the modules beside the bundle, and where only node_modules has them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { build as viteBuild } from 'vite';
import { temporaryFolder } from '../lib/checkpoints.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = temporaryFolder();
const xz = join(root, 'test/data/codecs/check-none.tar.xz');
writeFileSync(join(folder, 'package.json'), '{"private":true,"type":"module"}');
const entry = join(folder, 'entry.js');
writeFileSync(
  entry,
  `import { load, openCheckpoint } from ${JSON.stringify(join(root, 'wasm/api/node.js'))};
async function main() {
  const core = await load();
  const checkpoint = await openCheckpoint(process.argv[2]);
  console.log(core.decode('any', new TextEncoder().encode('[1]'))[0], checkpoint.error, checkpoint.members.length > 0);
}
main();
`,
);
const EXPECTED = '1 null true\n';
const runs = (/** @type {string} */ file) =>
  execFileSync(process.execPath, [file, xz], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });

/** A folder with both modules, or with a link to the package. @param {string} name @param {boolean} beside */
function place(name, beside) {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  if (beside)
    for (const file of ['core.wasm', 'codecs.wasm'])
      copyFileSync(join(root, 'dist', file), join(path, file));
  else {
    mkdirSync(join(path, 'node_modules'));
    symlinkSync(root, join(path, 'node_modules/container-checkpoint'), 'junction');
  }
  return path;
}

for (const [format, ending] of /** @type {['esm' | 'cjs', string][]} */ ([
  ['esm', 'mjs'],
  ['cjs', 'cjs'],
]))
  for (const beside of [true, false])
    test(`esbuild, ${format}, the modules ${beside ? 'beside it' : 'in node_modules'}`, async () => {
      const outfile = join(place(`esbuild-${format}-${beside}`, beside), `out.${ending}`);
      const { warnings } = await esbuild.build({
        ...{ entryPoints: [entry], bundle: true, platform: 'node', format, outfile },
        ...{ logLevel: 'silent', logOverride: { 'empty-import-meta': 'silent' } },
      });
      assert.deepEqual(warnings, []);
      assert.equal(runs(outfile), EXPECTED);
    });

test('Vite, for a server', async () => {
  const out = place('vite', true);
  await viteBuild({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: true },
    build: {
      ssr: entry,
      outDir: out,
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: 'out.mjs' } },
    },
  });
  assert.equal(runs(join(out, 'out.mjs')), EXPECTED);
});

test('require(), of what esbuild makes of it, and of Node where it can', () => {
  const bundle = join(place('require', true), 'package.cjs');
  esbuild.buildSync({
    ...{ entryPoints: [join(root, 'wasm/api/node.js')], bundle: true, platform: 'node' },
    ...{ format: 'cjs', outfile: bundle, logLevel: 'silent' },
  });
  const script = (/** @type {string} */ from) =>
    `const { loadSync, readConfigDump, openCheckpoint } = require(${JSON.stringify(from)});
     openCheckpoint(${JSON.stringify(xz)}).then(({ error, members }) => console.log(typeof loadSync, error, members.length > 0));`;
  const expected = 'function null true\n';
  const run = (/** @type {string} */ from, /** @type {string[]} */ ...flags) =>
    execFileSync(process.execPath, [...flags, '--input-type=commonjs', '-e', script(from)], {
      encoding: 'utf8',
    });
  assert.equal(run(bundle), expected);
  if (!(/** @type {any} */ (process.features).require_module)) return; // Node 20.17 and 22.12 have it
  assert.equal(run(join(root, 'wasm/api/node.js'), '--no-warnings'), expected);
});

test('the entry with the core inside: one file, with nothing beside it, and with the licences', async () => {
  writeFileSync(
    join(folder, 'alone.js'),
    `import { openCheckpoint, readContainerCheckpointConfigDump } from ${JSON.stringify(join(root, 'dist/node-inline.js'))};
async function main() {
  const checkpoint = await openCheckpoint(process.argv[2]);
  const { value } = readContainerCheckpointConfigDump('.');
  console.log(value.id, checkpoint.error, checkpoint.members.length > 0);
}
main();
`,
  );
  for (const format of /** @type {const} */ (['esm', 'cjs'])) {
    const where = join(temporaryFolder(), format === 'esm' ? 'out.mjs' : 'out.cjs');
    const { warnings } = await esbuild.build({
      ...{ entryPoints: [join(folder, 'alone.js')], bundle: true, minify: true, platform: 'node' },
      ...{
        format,
        outfile: where,
        logLevel: 'silent',
        logOverride: { 'empty-import-meta': 'silent' },
      },
    });
    assert.deepEqual(warnings, []);
    writeFileSync(join(where, '../config.dump'), '{"id":"abc"}');
    const options = { cwd: join(where, '..'), encoding: /** @type {const} */ ('utf8') };
    assert.equal(execFileSync(process.execPath, [where, xz], options), 'abc null true\n', format);
    const [, licences] = /\/\*! @license\n(.*?)\*\//s.exec(readFileSync(where, 'utf8')) ?? [];
    assert.match(licences, /^libzstd |\nlibzstd /m, 'they stay when a bundler makes it small');
  }
});
