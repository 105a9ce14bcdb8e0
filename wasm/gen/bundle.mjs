// SPDX-License-Identifier: Apache-2.0
// node wasm/gen/bundle.mjs dist/cli: the command `ckpt` in few files, for a fast start. They lie as deep in the package as
// wasm/cli does, so that what they read by its place is found. The table of commands is filled in when this runs; what a
// command does is loaded when it is called. The files are CommonJS, which Node starts sooner than modules; each costs about a
// millisecond, so what most commands need stands in one, base.js.
import { build, transform } from 'esbuild';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [, , outdir] = process.argv;
const folder = resolve('wasm/cli');
const table = `${folder}/commands.js`;

/** A value as a JavaScript expression. @param {any} value @returns {string} */
function expression(value) {
  if (Array.isArray(value)) return `[${value.map(expression).join()}]`;
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' ? JSON.stringify(value) : String(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${expression(member)}`).join()}}`;
}

/** The module with the table, each command with a function that loads it. */
async function commandTable() {
  const { COMMANDS } = await import(pathToFileURL(table).href);
  const homes = new Map();
  for (const [, names, file] of readFileSync(table, 'utf8').matchAll(
    /^import \{ (.*?) \} from '(.*?)';$/gm,
  )) {
    const module = await import(pathToFileURL(resolve(folder, file)).href);
    for (const name of names.split(', ')) homes.set(module[name], { file, name });
  }
  const rows = COMMANDS.map((/** @type {any} */ command) => {
    const home = homes.get(command);
    if (!home) throw new Error(`commands.js does not import the command ${command.name} by name`);
    const facts = { ...command };
    delete facts.run;
    if (Object.values(facts).some((fact) => typeof fact === 'function'))
      throw new Error(`${command.name}: only run() may be a function`);
    return `{...${expression(facts)},run:async(context)=>(await import(${JSON.stringify(home.file)})).${home.name}.run(context)}`;
  });
  return `export const COMMANDS=[${rows.join(',\n')}];`;
}

await build({
  entryPoints: ['wasm/cli/ckpt.js', 'wasm/cli/worker.js'],
  outdir,
  bundle: true,
  splitting: true,
  minifyWhitespace: true,
  minifySyntax: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.16',
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [
    {
      name: 'commands',
      setup({ onLoad }) {
        onLoad({ filter: /[\\/]cli[\\/]commands\.js$/ }, async () => ({
          contents: await commandTable(),
          resolveDir: folder,
        }));
      },
    },
  ],
});

// esbuild splits modules only; each part is made CommonJS by itself.
/** @type {Map<string, string>} */
const parts = new Map();
for (const name of readdirSync(outdir)) {
  const text = readFileSync(`${outdir}/${name}`, 'utf8');
  const placed = text.includes('import.meta.url');
  const { code } = await transform(text, {
    ...{ format: 'cjs', platform: 'node', target: 'node20.16', logLevel: 'warning' },
    ...{ minifyWhitespace: true, legalComments: 'none' },
    supported: { 'dynamic-import': false }, // require() does not load the loader of modules
    ...(placed && {
      define: { 'import.meta.url': 'ownUrl' },
      banner: 'const ownUrl=require("node:url").pathToFileURL(__filename).href;',
    }),
  });
  parts.set(name, code);
}

const REQUIRED = /\brequire\("\.\/([\w-]+\.js)"\)/g;
/** What most commands need: the parts that are loaded for these, but not what they load when it is needed. */
const base = new Set(
  [...parts.keys()].filter((name) => /^(main|show|api|node)-[A-Z0-9]+\.js$/.test(name)),
);
for (const name of base)
  for (const [, other] of (parts.get(name) ?? '').matchAll(REQUIRED))
    if (other.startsWith('chunk-')) base.add(other);
/** @param {string} code */
const linked = (code) =>
  code.replace(REQUIRED, (all, name) => (base.has(name) ? `require("./base.js")("${name}")` : all));
// In parentheses: V8 compiles the function at once then, not twice.
const members = [...base].map(
  (name) =>
    `"${name}":(function(require,module,exports){${linked(parts.get(name) ?? '').replaceAll('require("./base.js")(', 'part(')}\n})`,
);
writeFileSync(
  `${outdir}/base.js`,
  `"use strict";const parts={${members.join(',\n')}};const made=new Map;
function part(name){let m=made.get(name);if(!m){made.set(name,m={exports:{}});parts[name](require,m,m.exports)}return m.exports}
module.exports=part;
`,
);
for (const [name, code] of parts)
  if (base.has(name)) rmSync(`${outdir}/${name}`);
  else writeFileSync(`${outdir}/${name}`, linked(code));
writeFileSync(`${outdir}/package.json`, '{ "type": "commonjs" }\n');
