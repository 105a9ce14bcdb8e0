// SPDX-License-Identifier: Apache-2.0
// node .ci/check-layers.mjs [OBJECTS]
// Each layer uses only those below it: #include lines and imports say so, and the symbols of the objects below the
// directory OBJECTS (build/native), if it is given. No circles among the headers, nor among the modules of wasm/ and web/.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';

/** The lowest first; folders of one line may use each other. src/README.md describes them. */
const LAYERS = [
  ['src/text', 'src/mem'],
  ['src/json', 'src/model', 'src/ckpt.h'],
  ['src/proto'],
  ['src/archive'],
  ['src/checkpoint'],
  ['src/criu'],
  ['src/rules'],
  ['src/session', 'src/file.c', 'src/describe.c'],
  ['wasm/border'],
  ['wasm/api'],
  ['wasm/report'],
  ['wasm/cli'],
  ['web'],
  ['wasm/gen'], // runs when the package is built; nothing imports it
];
/** Never imported, though it lies below. */
const FORBIDDEN = [['web/', 'wasm/cli/']];

const problems = [];

/** @param {string} path @returns {number} -1: no layer */
const layerOf = (path) =>
  LAYERS.findIndex((folders) => folders.some((at) => path === at || path.startsWith(`${at}/`)));

/** @param {string} from @param {string} to @param {string} how */
function use(from, to, how) {
  if (layerOf(from) < layerOf(to)) problems.push(`${from} ${how} ${to}, which is in a layer above`);
  for (const [user, used] of FORBIDDEN)
    if (from.startsWith(user) && to.startsWith(used)) problems.push(`${from} ${how} ${to}`);
}

/** @param {string} folder @param {string[]} endings @returns {string[]} */
function filesBelow(folder, endings) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path, endings);
    return endings.includes(extname(path)) ? [path] : [];
  });
}

/** Reports each circle once, by the path that closes it. @param {Map<string, string[]>} graph */
function findCircles(graph) {
  const done = new Set();
  for (const start of graph.keys()) {
    /** @type {{node: string, next: number}[]} */
    const path = [{ node: start, next: 0 }];
    const open = new Set([start]);
    for (let top; (top = path.at(-1));) {
      const to = done.has(top.node) ? undefined : graph.get(top.node)?.[top.next++];
      if (to === undefined) {
        done.add(top.node);
        open.delete(top.node);
        path.pop();
      } else if (open.has(to)) {
        const nodes = path.map(({ node }) => node);
        problems.push(`a circle: ${[...nodes.slice(nodes.indexOf(to)), to].join(' -> ')}`);
      } else if (!done.has(to)) {
        open.add(to);
        path.push({ node: to, next: 0 });
      }
    }
  }
}

// ---- #include ------------------------------------------------------------------------------------

const cFiles = [...filesBelow('src', ['.c', '.h', '.def']), ...filesBelow('wasm', ['.c', '.h'])];
const includes = new Map();
for (const file of cFiles) {
  if (layerOf(file) < 0) problems.push(`${file} is in no layer: add its folder to LAYERS`);
  const used = [];
  for (const [, name] of readFileSync(file, 'utf8').matchAll(/^[ \t]*#[ \t]*include "([^"]+)"/gm)) {
    const to = [join(dirname(file), name), join('src', name), name].find((path) =>
      existsSync(path),
    );
    if (to === undefined) continue; // of a fetched library
    used.push(to);
    use(file, to, 'includes');
  }
  includes.set(file, used);
}
findCircles(includes);

// ---- symbols -------------------------------------------------------------------------------------

const [objects] = process.argv.slice(2);
if (objects !== undefined) {
  /** Where each symbol is defined, by its name. @type {Map<string, string>} */
  const homes = new Map();
  const wanted = [];
  for (const object of filesBelow(join(objects, 'src'), ['.o'])) {
    const file = relative(objects, object).replace(/\.o$/, '.c');
    if (!existsSync(file)) continue; // left over from a source that was moved
    for (const line of execFileSync('nm', [object], { encoding: 'utf8' }).split('\n')) {
      const [, type, name] = /([A-Za-z]) (\S+)$/.exec(line) ?? [];
      if (type === 'U') wanted.push([file, name]);
      else if (type !== undefined && type === type.toUpperCase()) homes.set(name, file);
    }
  }
  if (homes.size === 0) problems.push(`${objects}: there are no objects`);
  for (const [file, name] of wanted) {
    const home = homes.get(name);
    if (home !== undefined) use(file, home, `calls ${name}() of`);
  }
}

// ---- import --------------------------------------------------------------------------------------

const { metafile } = await build({
  entryPoints: [...filesBelow('wasm', ['.js', '.mjs']), ...filesBelow('web', ['.js', '.mjs'])],
  bundle: true,
  packages: 'external',
  external: ['../dist/*', '../../dist/*', '../../../dist/*'], // made from the core
  format: 'esm',
  write: false,
  outdir: 'build',
  metafile: true,
  loader: { '.css': 'empty', '.svg': 'empty' },
  logLevel: 'error',
});
const imports = new Map();
for (const [file, input] of Object.entries(metafile.inputs)) {
  const used = input.imports.filter(({ external }) => !external).map(({ path }) => path);
  for (const to of used) use(file, to, 'imports');
  imports.set(file, used);
}
findCircles(imports);

for (const problem of problems) console.error(problem);
console.log(
  `  layers: ${includes.size} C files and ${imports.size} modules, ${problems.length} problems`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
