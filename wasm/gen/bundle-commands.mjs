// SPDX-License-Identifier: Apache-2.0
// The table of commands for the bundle: filled in, with what a command does loaded when it is called, and what is said
// of it loaded when it is asked for.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

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

/** @returns {Promise<{table: string, texts: string}>} two modules: ./commands.js, and ./commands-texts.js, which it loads */
export async function commandModules() {
  const { COMMANDS } = await import(pathToFileURL(table).href);
  const homes = await homesOf();
  /** @type {string[]} */
  const texts = [];
  /** @type {Map<string, number>} */
  const options = new Map();
  /** An object whose texts are read elsewhere. @param {any} object @param {string} more further members */
  const row = (object, more = '') => {
    const facts = Object.fromEntries(
      Object.entries(object).filter(([key]) => !TEXTS.includes(key)),
    );
    if (Object.values(facts).some((fact) => typeof fact === 'function'))
      throw new Error(`${object.name}: only run() of a command may be a function`);
    const getters = TEXTS.filter((key) => object[key] !== undefined).map((key) => {
      const index = texts.push(expression(object[key])) - 1;
      return `get ${key}(){return TEXTS[${index}]}`;
    });
    return `{${[expression(facts).slice(1, -1), ...getters, more].filter(Boolean).join()}}`;
  };
  /** Many commands have the same options. @param {any} option */
  const optionIndex = (option) => {
    const key = JSON.stringify(option);
    if (!options.has(key)) options.set(key, options.size);
    return `O[${options.get(key)}]`;
  };
  const rows = COMMANDS.map((/** @type {any} */ command) => {
    const home = homes.get(command);
    if (!home) throw new Error(`commands.js does not import the command ${command.name} by name`);
    const { run, options: own, ...facts } = command;
    if (typeof run !== 'function') throw new Error(`${command.name} has no run()`);
    return row(
      facts,
      `options:[${own.map(optionIndex).join()}],` +
        `async run(context){return (await import(${JSON.stringify(home.file)})).${home.name}.run(context)}`,
    );
  });
  const optionRows = [...options.keys()].map((key) => row(JSON.parse(key)));
  return {
    table:
      `import{TEXTS}from"./commands-texts.js";const O=[${optionRows.join(',\n')}];` +
      `export const COMMANDS=[${rows.join(',\n')}];`,
    texts: `export const TEXTS=[${texts.join(',\n')}];`,
  };
}
