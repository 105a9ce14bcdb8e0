// SPDX-License-Identifier: Apache-2.0
// The table of bundlers in the README, a test for each of its rows but those of esbuild and Vite (bundle.test.mjs,
// bundle-node.test.mjs) and Next. Everyone gets the same program, which reads a zstd and an xz archive, and so needs both modules.
// The bundlers are those of test/bundlers, installed by `.ci/setup test`.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { basename, extname, join } from 'node:path';
import process from 'node:process';
import test, { after, before } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { temporaryFolder } from '../lib/checkpoints.mjs';
import { ARGS, executable } from '../lib/page-browser.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const tools = join(root, 'build/deps/bundlers');
const folder = temporaryFolder();
const own = join(folder, 'node_modules/container-checkpoint');
const ARCHIVES = ['a.tar.zst', 'a.tar.xz'];
const EXPECTED = 'a.tar.zst simple conditional, a.tar.xz simple conditional';

/** A module of the bundlers. @param {string} name */
const tool = (name) =>
  import(pathToFileURL(createRequire(join(tools, 'package.json')).resolve(name)).href);

/** @type {any} */
let browser;
after(() => browser?.close());
before(() => {
  assert.doesNotThrow(() => readdirSync(tools), '".ci/setup test" installs the bundlers');
  execFileSync('npm', [
    ...['pack', '--ignore-scripts', '--offline', '--loglevel=error', '--pack-destination', folder],
  ]);
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
  mkdirSync(own, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, tarball), '--strip-components=1', '-C', own]);
  put('package.json', '{ "private": true, "type": "module" }');
  copyFileSync(join(root, 'test/data/archives/simple-zstd.tar.zst'), join(folder, ARCHIVES[0]));
  const plain = join(root, 'test/data/archives/simple-none.tar');
  writeFileSync(join(folder, ARCHIVES[1]), execFileSync('xz', ['-c', plain]));
});

/** @param {string} name @param {string} text @returns {string} its path */
function put(name, text) {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/**
 * The program.
 * @param {string} entry of the package @param {string} source of an archive, as an expression with its `name`
 * @param {string} tell what to do with the `result` @param {string} [options] of load
 */
const program = (entry, source, tell, options = '') => `
import { load, openCheckpoint } from '${entry}';
async function main() {
  const ckpt = await load(${options});
  const found = [];
  for (const name of ${JSON.stringify(ARCHIVES)}) {
    const checkpoint = await openCheckpoint(${source});
    const report = await ckpt.validate(checkpoint, { targets: ['podman'] });
    found.push([name, checkpoint.summary.container.name, report.targets[0].verdict].join(' '));
    await checkpoint.close();
  }
  return found.join(', ');
}
main().then((result) => ${tell});
`;
const FETCHED = 'await (await fetch(name)).blob()';
const LEAVES = 'void (globalThis.result = result)';
const PRINTS = 'console.log(result)';
const forPage = (entry = 'container-checkpoint', /** @type {string} */ options = '') =>
  program(entry, FETCHED, LEAVES, options);
const forServer = () =>
  program('container-checkpoint/node', `${JSON.stringify(folder + '/')} + name`, PRINTS);

/** @type {Record<string, string>} */
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** What the program leaves in a page. @param {string} directory of the bundle @param {string} script */
async function inChromium(directory, script) {
  for (const name of ARCHIVES) copyFileSync(join(folder, name), join(directory, name));
  const page = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="${script}"></script>`;
  writeFileSync(join(directory, 'index.html'), page);
  const server = createServer(({ url = '/' }, response) => {
    try {
      const bytes = readFileSync(join(directory, basename(url) || 'index.html'));
      response.writeHead(200, { 'content-type': TYPES[extname(url)] ?? 'text/html' });
      response.end(bytes);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  browser ??= await chromium.launch({ executablePath: executable(), args: ARGS, headless: true });
  const tab = await browser.newPage();
  /** @type {string[]} */
  const problems = [];
  tab.on('pageerror', (/** @type {Error} */ error) => problems.push(error.message));
  try {
    await tab.goto(`http://127.0.0.1:${port}/`);
    await tab.waitForFunction('globalThis.result', undefined, { timeout: 60_000 }).catch(() => {});
    assert.deepEqual(problems, []);
    return await tab.evaluate('globalThis.result');
  } finally {
    await tab.close();
    server.closeAllConnections();
    server.close();
  }
}

/** What a program prints. @param {string} command @param {string[]} args */
async function printed(command, args, env = {}) {
  const { stdout } = await run(command, args, { cwd: folder, env: { ...process.env, ...env } });
  return stdout.trim();
}

/** @param {string} name of the folder @param {string} entry @param {boolean} node */
async function withRollup(name, entry, node) {
  const { rollup } = await tool('rollup');
  const { nodeResolve } = await tool('@rollup/plugin-node-resolve');
  /** @type {string[]} */
  const warnings = [];
  const bundle = await rollup({
    input: entry,
    external: node ? [/^node:/] : [],
    plugins: [nodeResolve({ browser: !node })],
    onwarn: (/** @type {{message: string}} */ { message }) => warnings.push(message),
  });
  const dir = join(folder, name);
  await bundle.write({ dir, format: 'es', entryFileNames: 'out.js' });
  await bundle.close();
  assert.deepEqual(warnings, []);
  return dir;
}

test('Rollup, the inline entry, in a page', async () => {
  const entry = put('rollup-inline.js', forPage('container-checkpoint/inline'));
  assert.equal(await inChromium(await withRollup('rollup-1', entry, false), 'out.js'), EXPECTED);
});

test('Rollup, the modules copied, in a page', async () => {
  const where = "{ wasm: '/core.wasm', codecs: new URL('/codecs.wasm', location.href) }";
  const entry = put('rollup.js', forPage('container-checkpoint', where));
  const dir = await withRollup('rollup-2', entry, false);
  for (const name of ['core.wasm', 'codecs.wasm'])
    copyFileSync(join(own, 'dist', name), join(dir, name));
  assert.equal(await inChromium(dir, 'out.js'), EXPECTED);
});

test('Rollup, for Node', async () => {
  const dir = await withRollup('rollup-3', put('rollup-node.js', forServer()), true);
  assert.equal(await printed(process.execPath, [join(dir, 'out.js')]), EXPECTED);
});

/** @param {string} name of the folder @param {string} entry @param {object} more settings */
async function withWebpack(name, entry, more) {
  const { default: webpack } = await tool('webpack');
  const path = join(folder, name);
  const stats = await promisify(webpack)({
    ...{ mode: 'production', context: folder, entry, output: { path, filename: 'out.js' } },
    ...{ performance: false, ...more },
  });
  const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
  assert.deepEqual([errors, warnings], [[], []]);
  return path;
}

test('webpack, in a page: it takes the modules along by itself', async () => {
  const dir = await withWebpack('webpack-1', put('webpack.js', forPage()), { target: 'web' });
  assert.equal(readdirSync(dir).filter((name) => name.endsWith('.wasm')).length, 2);
  assert.equal(await inChromium(dir, 'out.js'), EXPECTED);
});

test('webpack, for Node', async () => {
  const entry = put('webpack-node.js', forServer());
  const dir = await withWebpack('webpack-2', entry, { target: 'node20' });
  put('webpack-2/package.json', '{ "type": "commonjs" }');
  assert.equal(await printed(process.execPath, [join(dir, 'out.js')]), EXPECTED);
});

/** The program of a package that holds it for one system. @param {string} scope @param {string} file */
function binary(scope, file) {
  const found = readdirSync(join(tools, 'node_modules', scope)).map((name) =>
    join(tools, 'node_modules', scope, name, file),
  );
  // Of several (with and without newer instructions of processors) the plainest.
  return found.filter((path) => !/musl/.test(path)).sort((a, b) => b.length - a.length)[0];
}

test('Bun: the API, the command, and a bundle of its own', async () => {
  const bun = binary('@oven', 'bin/bun');
  const entry = put('bun.js', forServer());
  assert.equal(await printed(bun, [entry]), EXPECTED);
  const out = join(folder, 'bun-out.mjs');
  await printed(bun, ['build', '--target', 'node', '--outfile', out, entry]);
  assert.equal(await printed(process.execPath, [out]), EXPECTED);
  const shown = [join(own, 'dist/cli/ckpt.js'), 'show', ARCHIVES[0]];
  assert.equal(await printed(bun, shown), await printed(process.execPath, shown));
});

test('Deno: the API, and the command', async () => {
  const deno = binary('@deno', 'deno');
  const env = { DENO_DIR: join(folder, 'deno'), DENO_NO_UPDATE_CHECK: '1', NO_COLOR: '1' };
  const entry = put('deno.js', forServer());
  const args = ['run', '--no-remote', '--node-modules-dir=manual', '--allow-read', '--allow-env'];
  assert.equal(await printed(deno, [...args, entry], env), EXPECTED);
  const shown = [join(own, 'dist/cli/ckpt.js'), 'show', ARCHIVES[0]];
  const { length } = args;
  assert.equal(
    await printed(deno, [...args.slice(0, length - 2), '-A', ...shown], env),
    await printed(process.execPath, shown),
  );
});

test('vitest with jsdom: buffers of Node and arrays of the page are of other realms', async () => {
  put(
    'vitest/ckpt.test.js',
    `
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { load, openCheckpoint } from 'container-checkpoint';
import * as node from 'container-checkpoint/node';
const bytes = readFileSync(${JSON.stringify(join(folder, ARCHIVES[0]))});
for (const [name, open] of Object.entries({ main: openCheckpoint, node: node.openCheckpoint }))
  for (const [form, source] of Object.entries({ buffer: bytes, array: new Uint8Array(bytes), blob: new Blob([new Uint8Array(bytes)]) }))
    test(name + ' ' + form, async () => {
      expect(typeof document).toBe('object');
      const ckpt = await node.load();
      const checkpoint = await open(source);
      expect(checkpoint.summary.container.name).toBe('simple');
      expect((await ckpt.validate(checkpoint, { targets: ['podman'] })).targets[0].verdict).toBe('conditional');
    });
`,
  );
  const vitest = join(tools, 'node_modules/vitest/vitest.mjs');
  const dir = join(folder, 'vitest');
  const args = [vitest, 'run', '--root', dir, '--environment', 'jsdom', '--reporter', 'json'];
  const { stdout } = await run(process.execPath, args, { cwd: tools }).catch((error) => error);
  const { numPassedTests, testResults } = JSON.parse(stdout.slice(stdout.indexOf('{')));
  assert.equal(numPassedTests, 6, JSON.stringify(testResults, null, 1));
});
