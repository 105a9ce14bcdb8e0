// SPDX-License-Identifier: Apache-2.0
// node wasm/gen/bundle.mjs dist/cli: the command `ckpt` in few files, for a fast start. They lie as deep in the package as
// wasm/cli does, so that what they read by its place is found. The table of commands is filled in when this runs; what a
// command does is loaded when it is called.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';
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
