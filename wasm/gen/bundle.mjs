// SPDX-License-Identifier: Apache-2.0
// node wasm/gen/bundle.mjs dist/cli: the command `ckpt` in few files, for a fast start. They lie as deep in the package as
// wasm/cli does, so that what they read by its place is found. Reading a file costs about a millisecond and so do 40 KB of
// script, so what `ckpt show` runs stands in one, base.js, and the rest in a few others. Each module is a function, which is
// called when something of it is first used, not when it is imported. The files are CommonJS, which Node starts sooner.
import { build, transform } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { commandModules, parsed } from './bundle-commands.mjs';

const [, , outdir] = process.argv;
const PROGRAM = 'wasm/cli/ckpt.js';
const WORKER = 'wasm/cli/worker.js';
const TABLE = 'wasm/cli/commands.js';
const TEXTS = 'wasm/cli/commands-texts.js';
/** What is run to see which modules most commands need. */
const SAMPLES = ['simple-zstd.tar.zst', 'multi-gzip.tar.gz', 'simple-none.tar'].map(
  (name) => `test/data/archives/${name}`,
);

const made = await commandModules();
/** @type {Record<string, string>} */
const generated = { [TABLE]: made.table, [TEXTS]: made.texts };
const slashes = (/** @type {string} */ path) => path.replaceAll('\\', '/');

/** Every module, with what it imports. */
const { metafile } = await build({
  entryPoints: [PROGRAM, WORKER],
  ...{ outdir, bundle: true, splitting: true, write: false, metafile: true },
  ...{ format: 'esm', platform: 'node', logLevel: 'warning' },
  plugins: [
    {
      name: 'generated',
      setup({ onLoad, onResolve }) {
        onResolve({ filter: /commands-texts\.js$/ }, () => ({ path: resolve(TEXTS) }));
        onLoad({ filter: /[\\/]cli[\\/]commands(-texts)?\.js$/ }, ({ path }) => ({
          contents: generated[slashes(relative('.', path))],
          resolveDir: dirname(path),
        }));
      },
    },
  ],
});
const paths = Object.keys(metafile.inputs).filter((path) => path !== PROGRAM);
const index = new Map(paths.map((path, at) => [path, at]));

/** The number of a module that another one imports. @param {string} from @param {string} specifier */
function numberOf(from, specifier) {
  const path = slashes(join(dirname(from), specifier));
  const number = index.get(path);
  if (number === undefined) throw new Error(`${from} imports ${specifier}, which is not known`);
  return number;
}

const options = {
  ...{ platform: /** @type {const} */ ('node'), target: 'node20.16' },
  ...{ logLevel: /** @type {const} */ ('warning'), legalComments: /** @type {const} */ ('none') },
};

/**
 * The statements of a module, with `exports` for what it exports. esbuild makes of `import { a } from './x.js'` and `a`
 * `var import_x = require("./x.js");` and `import_x.a`: here x is loaded when `a` is used.
 * @param {string} path
 */
async function statementsOf(path) {
  const text = generated[path] ?? readFileSync(path, 'utf8');
  let { code } = await transform(text, {
    ...{ ...options, format: 'cjs', define: { 'import.meta.url': 'ownUrl' } },
    supported: { 'dynamic-import': false }, // require() does not load the loader of modules
  });
  const given = /^__export\(stdin_exports, (\{\n[\s\S]*?\n\})\);\n/m.exec(code);
  // Before that stand esbuild's helpers, at the end a hint for those who import CommonJS.
  const start = /^module\.exports = __toCommonJS\(stdin_exports\);\n/m.exec(code);
  if (start) code = code.slice(start.index + start[0].length);
  else code = code.replace(/^(#!.*\n)?(?:var __[\s\S]*?^(?=var import_))?/m, '');
  code = code.replace(/^\/\/ Annotate the CommonJS export names[\s\S]*$/m, '');
  code = code.replace(/^const import_meta = \{\};\n/m, '');
  const loaded = (/** @type {string} */ specifier) =>
    specifier.startsWith('.') ? `part(${numberOf(path, specifier)})` : `require("${specifier}")`;
  /** @type {string[]} */
  const names = [];
  code = code.replace(
    /^var (import_\w+) = (?:require\("(.*?)"\)|__toESM\(require\("(node:.*?)"\)\));$/gm,
    (all, name, specifier, builtin) => {
      names.push(name);
      return `const ${name} = lazy(() => ${loaded(specifier ?? builtin)});`;
    },
  );
  // Node's own modules have themselves as the default.
  for (const name of names) {
    code = code.replace(new RegExp(`\\bnew ${name}((?:\\.\\w+)+)`, 'g'), `new (${name}()$1)`);
    code = code.replace(new RegExp(`\\b${name}\\.(default\\b)?`, 'g'), (all, whole) =>
      whole ? `${name}()` : `${name}().`,
    );
  }
  code = code.replace(
    /=> __toESM\(require\("(.*?)"\)\)/g,
    (all, specifier) => `=> ${loaded(specifier)}`,
  );
  const left = names.find((name) => new RegExp(`\\b${name}\\b(?!\\(\\)| = lazy)`).test(code));
  if (left) throw new Error(`${path}: ${left} is used in a form that this script does not know`);
  if (/__toESM|__reExport|\brequire\("\.|\bimport_meta\b/.test(code))
    throw new Error(`${path}: a form of import or export that this script does not know`);
  if (!given) return code;
  let exported = given[1];
  for (const name of names) exported = exported.replaceAll(`${name}.`, `${name}().`);
  return `give(exports, ${exported});\n${code}`;
}

/** The tables that are made with the core: each is read when it is first used. @param {string} path */
async function tablesOf(path) {
  const tables = Object.entries(await import(pathToFileURL(resolve(path)).href));
  const members = tables.map(([name, value]) => `${name}: lazy(() => ${parsed(value)})`);
  return `give(exports, {${members.join(',\n')}});`;
}

/** @param {string} code */
const minified = async (code) =>
  (await transform(code, { ...options, minifyWhitespace: true, minifySyntax: true })).code.trim();

const HEAD = `const lazy=load=>{let value;return()=>value??=load()};
const give=(exports,all)=>{for(const name in all)Object.defineProperty(exports,name,{get:all[name],enumerable:true})};
const ownUrl=require("node:url").pathToFileURL(__filename).href;
`;

/** A module as a function of its exports. @type {string[]} */
const bodies = [];
for (const path of paths)
  bodies.push(
    (
      await minified(
        `x=function(exports){${await (path.startsWith('dist/') ? tablesOf : statementsOf)(path)}}`,
      )
    ).replace(/^x=|;$/g, ''),
  );

/** @param {number[]} numbers @param {boolean} all whether all of them are needed at once: V8 compiles what stands in parentheses once, not twice */
const members = (numbers, all) =>
  numbers.map((number) => `${number}:${all ? `(${bodies[number]})` : bodies[number]}`).join(',\n');

/** @param {string} name @param {string} code */
const write = (name, code) => writeFileSync(`${outdir}/${name}`, code);

/** @param {number[]} base in base.js @param {Map<string, number[]>} others name of a file: what it has @param {string} more further statements */
function writeParts(base, others, more = '') {
  const names = [...others.keys()];
  const where = paths.map((path, number) =>
    names.findIndex((name) => others.get(name)?.includes(number)),
  );
  write(
    'base.js',
    `"use strict";${HEAD}const parts={${members(base, true)}};
const files=${JSON.stringify(names)},where=${JSON.stringify(where)},made=new Map;
function part(number){let exports=made.get(number);if(exports)return exports;
if(!parts[number])Object.assign(parts,require("./"+files[where[number]])(part,lazy,give));
made.set(number,exports={});parts[number](exports);return exports}
module.exports=part;${more}
`,
  );
  for (const [name, numbers] of others)
    write(
      name,
      `"use strict";const ownUrl=require("node:url").pathToFileURL(__filename).href;
module.exports=(part,lazy,give)=>({${members(numbers, numbers.length === 1)}});
`,
    );
}

rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
write('package.json', '{ "type": "commonjs" }\n');
for (const [name, path] of [
  ['ckpt.js', PROGRAM],
  ['worker.js', WORKER],
]) {
  const code = await minified(`${HEAD}${await statementsOf(path)}`);
  write(
    name,
    `${path === PROGRAM ? '#!/usr/bin/env node\n' : ''}"use strict";${code.replace(/\bpart\(/g, 'require("./base.js")(')}\n`,
  );
}
// npm makes it executable when it installs the package; who only unpacks the tarball calls it, too.
chmodSync(`${outdir}/ckpt.js`, 0o755);

// First everything in one file, to see what is called for.
const all = paths.map((path, number) => number);
writeParts(
  all,
  new Map(),
  'process.on("exit",()=>process.stderr.write(JSON.stringify([...made.keys()])));',
);
const called = new Set();
for (const sample of SAMPLES) {
  const { status, stderr } = spawnSync(
    process.execPath,
    [`${outdir}/ckpt.js`, 'show', '--no-progress', sample],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`ckpt show ${sample}: ${status}\n${stderr}`);
  for (const number of JSON.parse(stderr)) called.add(number);
}

/** @type {Map<string, Set<string>>} a module: the commands that need it */
const users = new Map();
/** @param {string} path @param {string} command */
function visit(path, command) {
  const known = users.get(path) ?? new Set();
  if (known.has(command)) return;
  users.set(path, known.add(command));
  for (const used of metafile.inputs[path].imports) if (!used.external) visit(used.path, command);
}
for (const { path } of metafile.inputs[TABLE].imports)
  if (path !== TEXTS) visit(path, /** @type {string} */ (path.split('/').pop()));

/** What only one command needs stands in a file of its own; the rest has one for each layer. @param {string} path */
function fileOf(path) {
  const [layer] = /(?<=^wasm\/)(cli|report)(?=\/)/.exec(path) ?? ['api'];
  const [only, ...more] = users.get(path) ?? [];
  return layer !== 'api' && only && more.length === 0 ? only : `${layer}.js`;
}
/** @type {Map<string, number[]>} */
const rest = new Map();
for (const number of all)
  if (!called.has(number)) {
    const name = fileOf(paths[number]);
    rest.set(name, [...(rest.get(name) ?? []), number]);
  }
writeParts([...called], rest);
