// SPDX-License-Identifier: Apache-2.0
// The package as it is published: packed, installed without a network, imported by Node, bundled by esbuild and
// Vite, and run in Chromium, with and without a bundler.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import process from 'node:process';
import test, { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import { chromium } from 'playwright-core';
import { build as viteBuild } from 'vite';
import { ARGS, executable } from '../lib/page-browser.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'ckpt-bundle-'));
const installed = join(folder, 'node_modules/container-checkpoint');
/** @type {any} */
let browser;
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true });
});

/** @param {string} directory @param {string[]} parameters */
const npm = (directory, ...parameters) =>
  run('npm', [...parameters, '--ignore-scripts', '--offline', '--loglevel=error'], {
    cwd: directory,
    shell: process.platform === 'win32',
  });

before(async () => {
  await npm(root, 'pack', '--pack-destination', folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  assert.ok(tarball, 'npm pack made no tarball');
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  await npm(folder, 'install', '--no-package-lock', `./${tarball}`);
});

/** @param {string} name @param {string} content @returns {string} its path */
function put(name, content) {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** @param {string} directory @returns {string[]} the paths of its files, relative to it */
const files = (directory) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(directory, name)).isFile())
    .map((name) => name.replaceAll('\\', '/'));

/** What every environment must find: values, exact integers, errors, written text. */
const PROBE = `
export async function probe(load, CheckpointError) {
  const ckpt = await load();
  const bytes = (text) => new TextEncoder().encode(text);
  const { value, locate } = ckpt.document('status', bytes('{"CreatedAt":9007199254740993}'));
  let error;
  try {
    ckpt.decode('status', bytes('{"Pid":-1}'));
  } catch (caught) {
    error = caught;
  }
  return {
    createdAt: String(value.CreatedAt),
    place: locate('/CreatedAt').offset,
    error: error instanceof CheckpointError && error.goMessage,
    text: ckpt.encode('deleted.files', ['é']),
    size: ckpt.byteToString(1280),
    again: (await load()) === ckpt,
  };
}
`;
const EXPECTED = {
  createdAt: '9007199254740993',
  place: 13,
  error:
    'json: cannot unmarshal number -1 into Go struct field ContainerdStatus.Pid of type uint32',
  text: '[\n  "é"\n]',
  size: '1.2 KiB',
  again: true,
};
/** A program that leaves the probe's result. @param {string} imports */
const program = (imports) => `
import { probe } from './probe.js';
${imports}
globalThis.result = await probe(load, CheckpointError);
`;
const MAIN = `import { load, CheckpointError } from 'container-checkpoint';`;
const INLINE = `import { load, CheckpointError } from 'container-checkpoint/inline';`;
/** For bundlers that have no way of their own to the .wasm file. */
const BY_URL = `
import wasm from 'container-checkpoint/core.wasm';
import { load as loadCore, CheckpointError } from 'container-checkpoint';
const load = () => loadCore({ wasm: new URL(wasm, import.meta.url) });
`;

/** Runs a program in Node; it has the probe beside it. @param {string} path */
async function inNode(path) {
  const script = `await import(${JSON.stringify(path)}); console.log(JSON.stringify(result));`;
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
  });
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/**
 * Opens a page of a folder in Chromium, from a server on this machine.
 * @param {string} directory @param {string} page
 * @returns {Promise<{result: any, asked: string[]}>} the probe's result, and the paths that were asked for
 */
async function inChromium(directory, page) {
  /** @type {string[]} */
  const asked = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://localhost').pathname);
    asked.push(path);
    const file = join(directory, path);
    const found = file.startsWith(directory) && existsSync(file) && statSync(file).isFile();
    const type = /** @type {Record<string, string>} */ (TYPES)[extname(file)];
    response.writeHead(found ? 200 : 404, { 'content-type': type ?? 'text/plain' });
    response.end(found ? readFileSync(file) : '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  browser ??= await chromium.launch({ executablePath: executable(), args: ARGS, headless: true });
  const tab = await browser.newPage();
  /** @type {string[]} */
  const problems = [];
  tab.on('pageerror', (/** @type {Error} */ error) => problems.push(String(error)));
  tab.on('console', (/** @type {any} */ message) => {
    if (/error|warning/.test(message.type()) && !/favicon/.test(message.location().url))
      problems.push(message.text());
  });
  try {
    await tab.goto(`http://127.0.0.1:${port}/${page}`);
    await tab.waitForFunction('globalThis.result', undefined, { timeout: 10_000 }).catch(() => {});
    assert.deepEqual(problems, []);
    return { result: await tab.evaluate('globalThis.result'), asked };
  } finally {
    await tab.close();
    server.closeAllConnections();
    server.close();
  }
}

/** @param {string} script @param {string} [head] */
const html = (script, head = '') =>
  `<!doctype html><meta charset="utf-8"><title>t</title>${head}<script type="module" src="${script}"></script>`;

// ---- the package ---------------------------------------------------------------------------------

test('the package has what its entries name, and nothing else', () => {
  const names = files(installed);
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const entry of Object.values(manifest.exports))
    for (const path of typeof entry === 'string' ? [entry] : Object.values(entry))
      if (!path.includes('*')) assert.ok(names.includes(path.slice(2)), path);
  assert.ok(names.includes(manifest.bin.ckpt));
  assert.deepEqual(manifest.dependencies ?? {}, {});
  assert.deepEqual(
    names.filter(
      (name) =>
        !/^(wasm|dist)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md)$/.test(
          name,
        ),
    ),
    [],
  );
  assert.deepEqual(
    names.filter((name) => /\.test\.|\/gen\/|\.[ch]$|\.map$/.test(name)),
    [],
  );
  for (const name of names) {
    const content = readFileSync(join(installed, name), 'latin1');
    assert.ok(!content.includes(root), `${name} holds a path of the machine that made it`);
  }
});

test('Node imports every entry of the installed package', async () => {
  put('probe.js', PROBE);
  for (const [name, imports] of [
    ['main', MAIN],
    ['inline', INLINE],
  ])
    assert.deepEqual(await inNode(put(`node-${name}.js`, program(imports))), EXPECTED, name);
  const path = put(
    'node-node.js',
    `
import { readFileSync } from 'node:fs';
import * as node from 'container-checkpoint/node';
import { load } from 'container-checkpoint';
const read = (name) => readFileSync(new URL(import.meta.resolve('container-checkpoint/' + name)));
const path = node.writeJSONFile('deleted.files', ['/a'], '.', 'deleted.files');
globalThis.result = {
  read: node.readContainerCheckpointDeletedFiles('.'),
  same: (await node.load()) === (await load()),
  wasm: WebAssembly.validate(read('core.wasm')),
  schema: JSON.parse(read('schema/config.dump.schema.json')).$schema,
  version: JSON.parse(read('package.json')).version,
};`,
  );
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.deepEqual(await inNode(path), {
    read: { value: ['/a'], path: 'deleted.files' },
    same: true,
    wasm: true,
    schema: 'https://json-schema.org/draft/2020-12/schema',
    version,
  });
});

test('the installed command runs', async () => {
  const command = join(folder, 'node_modules/.bin/ckpt');
  const { stdout } = await run(command, ['--version'], { shell: process.platform === 'win32' });
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.match(stdout, new RegExp(`${version.replaceAll('.', '\\.')}\\n$`));
});

// ---- browsers and bundlers -----------------------------------------------------------------------

test('Chromium runs the modules as they are, without a bundler', async () => {
  put('probe.js', PROBE);
  const base = '/node_modules/container-checkpoint';
  const map = {
    imports: {
      'container-checkpoint': `${base}/wasm/api/index.js`,
      'container-checkpoint/inline': `${base}/dist/inline.js`,
    },
  };
  const head = `<script type="importmap">${JSON.stringify(map)}</script>`;
  put('plain.js', program(MAIN));
  put('plain.html', html('plain.js', head));
  const plain = await inChromium(folder, 'plain.html');
  assert.deepEqual(plain.result, EXPECTED);
  assert.ok(plain.asked.includes(`${base}/dist/core.wasm`));

  put('inline.js', program(INLINE));
  put('inline.html', html('inline.js', head));
  const inlined = await inChromium(folder, 'inline.html');
  assert.deepEqual(inlined.result, EXPECTED);
  assert.deepEqual(
    inlined.asked.filter((path) => path.endsWith('.wasm')),
    [],
  );
});

/** @param {string} name @param {string} imports @returns {Promise<string>} the folder with the bundle */
async function bundleWithEsbuild(name, imports) {
  put('probe.js', PROBE);
  const outdir = join(folder, `esbuild-${name}`);
  const { warnings } = await esbuild.build({
    absWorkingDir: folder,
    entryPoints: [put(`esbuild-${name}.js`, program(imports))],
    outdir,
    bundle: true,
    format: 'esm',
    minify: true,
    loader: { '.wasm': 'file' },
    logLevel: 'silent',
  });
  assert.deepEqual(warnings, []);
  writeFileSync(join(outdir, 'index.html'), html(`esbuild-${name}.js`));
  return outdir;
}

test('an esbuild bundle of the inline entry is one file', async () => {
  const outdir = await bundleWithEsbuild('inline', INLINE);
  assert.deepEqual(files(outdir).sort(), ['esbuild-inline.js', 'index.html']);
  assert.deepEqual((await inChromium(outdir, 'index.html')).result, EXPECTED);
  cpSync(join(outdir, 'esbuild-inline.js'), join(folder, 'alone/bundle.js'), { recursive: true });
  assert.deepEqual(await inNode(join(folder, 'alone/bundle.js')), EXPECTED);
});

test('an esbuild bundle takes the .wasm file along where it is asked to', async () => {
  const outdir = await bundleWithEsbuild('file', BY_URL);
  assert.equal(files(outdir).filter((name) => name.endsWith('.wasm')).length, 1);
  const { result, asked } = await inChromium(outdir, 'index.html');
  assert.deepEqual(result, EXPECTED);
  assert.equal(asked.filter((path) => path.endsWith('.wasm')).length, 1);
});

test('a Vite build takes the .wasm file along by itself', async () => {
  const site = join(folder, 'vite');
  put('vite/probe.js', PROBE);
  put('vite/main.js', program(MAIN));
  put('vite/index.html', html('/main.js'));
  /** @type {string[]} */
  const warnings = [];
  const warn = (/** @type {string} */ message) => void warnings.push(message);
  await viteBuild({
    root: site,
    configFile: false,
    logLevel: 'warn',
    customLogger: {
      hasWarned: false,
      info: () => {},
      warn,
      warnOnce: warn,
      error: warn,
      clearScreen: () => {},
      hasErrorLogged: () => false,
    },
    build: { outDir: 'out', assetsInlineLimit: 0 },
  });
  assert.deepEqual(warnings, []);
  const names = files(join(site, 'out'));
  assert.equal(names.filter((name) => /^assets\/core-.*\.wasm$/.test(name)).length, 1);
  const { result, asked } = await inChromium(join(site, 'out'), 'index.html');
  assert.deepEqual(result, EXPECTED);
  assert.equal(asked.filter((path) => path.endsWith('.wasm')).length, 1);
});
