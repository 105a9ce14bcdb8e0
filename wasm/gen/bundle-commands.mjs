// SPDX-License-Identifier: Apache-2.0
// The table of commands for the bundle: filled in, with what a command does loaded when it is called, and what is said
// of it loaded when it is asked for.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

const folder = resolve('wasm/cli');
const table = `${folder}/commands.js`;

/** Data as an expression that V8 reads faster than the same as literals. @param {unknown} value */
export function parsed(value) {
  const json = JSON.stringify(value);
  if (!isDeepStrictEqual(JSON.parse(json), value)) throw new Error(`no JSON: ${json.slice(0, 99)}`);
  return `JSON.parse(${JSON.stringify(json)})`;
}

/** Where each command is exported, read from the imports of the table. */
async function homesOf() {
  const homes = new Map();
  for (const [, names, file] of readFileSync(table, 'utf8').matchAll(
    /^import \{ (.*?) \} from '(.*?)';$/gm,
  )) {
    const module = await import(pathToFileURL(resolve(folder, file)).href);
    for (const name of names.split(', ')) homes.set(module[name], { file, name });
  }
  return homes;
}

/** The members that only --help, shell completion and the manual read. */
const TEXTS = ['summary', 'details', 'examples', 'help'];

/** What is run: it puts the texts, the options and run() where their numbers stand. */
const RESTORE = `
const withTexts=(object)=>{for(const key of ${JSON.stringify(TEXTS)}){const number=object[key];
if(number!==undefined)Object.defineProperty(object,key,{get:()=>TEXTS[number],enumerable:true})}return object};
options.forEach(withTexts);
export const COMMANDS=rows.map((row,index)=>{withTexts(row);row.count[1]??=Infinity;row.options=row.options.map((number)=>options[number]);
row.run=async(context)=>(await load[index]()).run(context);return row});`;

/** @returns {Promise<{table: string, texts: string}>} two modules: ./commands.js, and ./commands-texts.js, which it loads */
export async function commandModules() {
  const { COMMANDS } = await import(pathToFileURL(table).href);
  const homes = await homesOf();
  /** @type {unknown[]} */
  const texts = [];
  /** @param {any} object @returns {Record<string, unknown>} the same with numbers for its texts */
  const withoutTexts = (object) =>
    Object.fromEntries(
      Object.entries(object).map(([key, value]) => {
        if (typeof value === 'function')
          throw new Error(`${object.name}: only run() of a command may be a function`);
        return [key, TEXTS.includes(key) ? texts.push(value) - 1 : value];
      }),
    );
  /** Many commands have the same options. @type {string[]} */
  const kinds = [];
  /** @type {unknown[]} */
  const options = [];
  /** @param {any} option @returns {number} */
  const numberOf = (option) => {
    const key = JSON.stringify(option);
    if (!kinds.includes(key)) options[kinds.push(key) - 1] = withoutTexts(option);
    return kinds.indexOf(key);
  };
  /** @type {string[]} */
  const load = [];
  const rows = COMMANDS.map((/** @type {any} */ command) => {
    const home = homes.get(command);
    if (!home) throw new Error(`commands.js does not import the command ${command.name} by name`);
    load.push(`async()=>(await import(${JSON.stringify(home.file)})).${home.name}`);
    const { run, options: own, count, ...facts } = command;
    if (typeof run !== 'function') throw new Error(`${command.name} has no run()`);
    const [least, most] = count;
    const bounds = [least, most === Infinity ? null : most];
    return { ...withoutTexts(facts), count: bounds, options: own.map(numberOf) };
  });
  return {
    table:
      `import{TEXTS}from"./commands-texts.js";` +
      `const load=[${load.join()}],[options,rows]=${parsed([options, rows])};${RESTORE}`,
    texts: `export const TEXTS=${parsed(texts)};`,
  };
}
