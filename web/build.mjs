// SPDX-License-Identifier: Apache-2.0
// node web/build.mjs dist/viewer.html build/wasm/page.wasm dist/codecs.wasm: the page as one file, with script, style,
// worker, core and decoders in it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import zopfli from '@gfx/zopfli';
import { build } from 'esbuild';
import { minify } from 'terser';
import { rules } from '../dist/rules.js';
import { samples } from './sample.mjs';
import { T } from './text.js';

const here = dirname(fileURLToPath(import.meta.url));
const [, , out, coreFile, codecsFile] = process.argv;
if (!codecsFile) throw new Error('usage: node web/build.mjs OUTPUT.html CORE.wasm CODECS.wasm');

/**
 * Modules that are made here, such as `page:core`.
 * @param {Record<string, unknown>} modules what they export
 * @returns {import('esbuild').Plugin}
 */
const made = (modules) => ({
  name: 'made',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^page:/ }, ({ path }) => ({ path, namespace: 'made' }));
    onLoad({ filter: /.*/, namespace: 'made' }, ({ path }) => ({
      contents: `export default ${JSON.stringify(modules[path])}`,
    }));
  },
});

/** @param {string} entry @param {Record<string, unknown>} [modules] */
async function bundle(entry, modules = {}) {
  const result = await build({
    entryPoints: [join(here, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    define: { 'import.meta.url': 'self.location.href' }, // the core is given as bytes
    plugins: [made(modules)],
  });
  if (result.warnings.length > 0) process.exit(1);
  return result.outputFiles[0].text.trim();
}

const { healthy, changes, explore } = samples();
// What the page unpacks first, it has to unpack with what browsers have. Zopfli makes that smaller by
// 6 % than zlib does; for development it takes too long.
const packed = async (/** @type {string} */ file) =>
  process.env.WASM_FAST
    ? gzipSync(readFileSync(file))
    : zopfli.gzipAsync(readFileSync(file), { numiterations: 3 });
/** With xz, which the decoders in the page read: smaller than gzip by a sixth. @param {Uint8Array} input */
const xz = (input) =>
  execFileSync(
    'xz',
    ['--format=xz', '--check=crc32', '--lzma2=preset=9e,lc=4,pb=0,dict=4MiB', '--stdout'],
    { input, maxBuffer: 2 ** 26 },
  );
/** @param {Uint8Array} bytes */
const base64 = (bytes) => Buffer.from(bytes).toString('base64');
const bundled = await bundle('page/main.js', {
  'page:core': base64(xz(readFileSync(coreFile))),
  'page:codecs': base64(await packed(codecsFile)),
  'page:version': JSON.parse(readFileSync(join(here, '../package.json'), 'utf8')).version,
  'page:rules': rules.map(({ id, area, title, what, why, fix, reference }) => [
    ...[id, area, title, what, why, fix, reference],
  ]),
  'page:samples': {
    packed: base64(xz(Buffer.concat([healthy, explore]))),
    healthy: healthy.length,
    changes,
  },
});
const smaller = await minify(bundled, {
  ecma: 2020,
  toplevel: true,
  compress: { ecma: 2020, passes: 3, unsafe_arrows: true },
  format: { ascii_only: true }, // no control characters, which signatures of files have
});
const script = (smaller.code ?? '').trim();
const style = await bundle('style/main.css');
if (/<\/(script|style)|<!--/i.test(script + style)) throw new Error('the script would end early');

/** @param {string} text */
const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const policy = [
  `default-src 'none'`,
  `script-src ${hash(script)} 'wasm-unsafe-eval'`,
  `style-src ${hash(style)}`,
  `worker-src blob: 'self'`,
  `manifest-src 'self'`,
  `img-src data:`,
  `connect-src 'none'`,
  `base-uri 'none'`,
  `form-action 'none'`,
  `require-trusted-types-for 'script'`,
  `trusted-types worker`,
].join('; ');

/** @param {string} text */
const escape = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const icon = readFileSync(join(here, 'mark.svg'), 'utf8')
  .replace(/<!--.*?-->/s, '')
  .trim();
/** What others wrote that is in the page; their licences want to go along. */
const notices = readFileSync(new URL('../dist/THIRD-PARTY-NOTICES.txt', import.meta.url), 'utf8');
/** What the template names: parts as they are; anything else is a text. @type {Record<string, string>} */
const parts = {
  policy,
  script: `<script>${script}</script>`,
  style: `<style>${style}</style>`,
  icon: encodeURIComponent(icon),
  notice: `<template id="third-party-notices"><pre>${escape(notices)}</pre></template>`,
};

const template = readFileSync(join(here, 'index.html'), 'utf8');
const page = template.replace(/\{\{(\w+)\}\}/g, (_, name) => {
  const value = parts[name] ?? /** @type {any} */ (T)[name];
  if (typeof value !== 'string') throw new Error(`index.html: there is no text "${name}"`);
  return Object.hasOwn(parts, name) ? value : escape(value);
});
writeFileSync(out, page);

// Beside the page, for where it is served: what makes an installed app of it.
const beside = (/** @type {string} */ name) => join(dirname(out), name);
const service = readFileSync(join(here, 'service.js'), 'utf8');
const version = createHash('sha256').update(page).digest('hex').slice(0, 12);
writeFileSync(beside('viewer-sw.js'), service.replaceAll('{{version}}', version));
const manifest = {
  name: T.title,
  short_name: T.shortTitle,
  description: T.lead,
  start_url: 'viewer.html',
  display: 'standalone',
  background_color: '#f5f6f9',
  theme_color: '#2456d0',
  icons: [
    {
      src: `data:image/svg+xml,${encodeURIComponent(icon)}`,
      sizes: 'any',
      type: 'image/svg+xml',
    },
  ],
  file_handlers: [
    {
      action: 'viewer.html',
      accept: { 'application/x-tar': ['.tar', '.tgz', '.gz', '.zst'] },
    },
  ],
};
writeFileSync(beside('viewer.webmanifest'), `${JSON.stringify(manifest, null, 2)}\n`);
console.log(
  `${out}: ${page.length} characters, ${gzipSync(page, { level: 9 }).length} bytes with gzip`,
);
