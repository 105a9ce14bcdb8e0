// SPDX-License-Identifier: Apache-2.0
// The command line, read with the table of commands: what each takes stands there only.
import { parseArgs } from 'node:util';
import { UsageError } from './exit.js';
import { escapeForTerminal } from '../report/escape.js';

/**
 * An option. Options of the same name in several commands must be alike in `value` and `short`.
 * @typedef {object} Option
 * @property {string} name without the dashes
 * @property {string} [short] one letter
 * @property {string} [also] another letter, in this command only, which elsewhere is of another option with a value
 * @property {string} [value] what its value is called, `KIND`; without it the option is a switch
 * @property {readonly string[] | 'kinds'} [choices] the values there are; kinds: those of the core
 * @property {string} [preset] the value without the option
 * @property {boolean} [repeatable] every value counts, in `lists`; without it the last one
 * @property {'file' | 'rules'} [completes] what a shell completes its value with, if there are no choices
 * @property {string} help
 *
 * @typedef {object} Context what a command is given
 * @property {string[]} operands what is left of the command line
 * @property {Record<string, string | undefined>} values of options, presets filled in
 * @property {{name: string, value: string}[]} given values of repeatable options, in order
 * @property {Set<string>} switches that are on
 * @property {readonly Command[]} commands all there are
 * @property {import('./output.js').Output} stdout
 * @property {import('./output.js').Output} stderr
 * @property {() => ReturnType<typeof import('../api/index.js').load>} core
 * @property {import('./drop-in/strict.js').Strict} [dropIn] it is called in place of checkpointctl, whose output is wanted
 * @property {(message: string) => UsageError} fail makes the error for a wrong command line
 *
 * @typedef {object} Command
 * @property {string} name
 * @property {string} summary one line
 * @property {string} operands as --help shows them
 * @property {[number, number]} count least and most operands
 * @property {'rules' | 'shells' | 'plugin'} [completes] what a shell completes operands with; files without it
 * @property {boolean} [folders] a folder means itself, not the archives in it
 * @property {boolean} [literal] operands are taken as they are: patterns in them mean something else, or it expands them itself
 * @property {Option[]} options
 * @property {string[]} details paragraphs
 * @property {string[]} examples
 * @property {(context: Context) => Promise<number>} run gives the exit code
 */

/** For every command with a --format that has JSON. @type {Option} */
export const JSON_SHORT = { name: 'json', help: 'the same as --format json' };

/** Options of every command. @type {Option[]} */
export const GLOBAL_OPTIONS = [
  {
    name: 'color',
    value: 'WHEN',
    choices: ['auto', 'always', 'never'],
    preset: 'auto',
    help: 'colours: auto, always or never; auto follows FORCE_COLOR and NO_COLOR, or uses colours on a terminal',
  },
  { name: 'help', short: 'h', help: 'show this help' },
  { name: 'version', short: 'V', help: 'print the version' },
];

/**
 * Commands of programs like this one (checkpointctl, crit, criu, container tools), and what does that here.
 * @type {Record<string, string>}
 */
const PEERS = {
  ...{ unpack: 'cat', extract: 'cat', untar: 'cat', cp: 'cat', tree: 'ls', describe: 'inspect' },
  ...{
    pstree: 'ps',
    x: 'ps',
    fds: 'files',
    fd: 'files',
    sk: 'sockets',
    mems: 'maps',
    mem: 'maps',
    rss: 'maps',
  },
  ...{
    coredump: 'core',
    'criu-coredump': 'core',
    gcore: 'core',
    grep: 'search',
    hexdump: 'memory',
  },
  ...{ dedup: 'size', du: 'size', check: 'validate', lint: 'validate', verify: 'validate' },
  ...{
    compare: 'diff',
    drift: 'diff',
    plugins: 'plugin',
    remap: 'convert',
    edit: 'convert',
    sanitize: 'redact',
  },
};

/** How many insertions, deletions, changes and swaps of neighbours make b of a. @param {string} a @param {string} b */
function distance(a, b) {
  /** @type {number[][]} */
  const rows = [];
  for (let i = 0; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      if (i === 0) {
        rows[0].push(j);
        continue;
      }
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(
        rows[i - 1][j] + 1,
        rows[i][j - 1] + 1,
        rows[i - 1][j - 1] + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, rows[i - 2][j - 2] + 1);
      rows[i].push(best);
    }
  }
  return rows[a.length][b.length];
}

/**
 * `; did you mean X?` if a known word is near to what was written, else nothing.
 * @param {string} word
 * @param {Iterable<string>} known
 * @param {string} [prefix]
 */
export function suggestion(word, known, prefix = '') {
  if (word.length > 40) return '';
  let best = '';
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const away = candidate.startsWith(word) && word !== '' ? 0 : distance(word, candidate);
    if (away >= least) continue;
    least = away;
    best = candidate;
  }
  return best === '' ? '' : `; did you mean ${prefix}${best}?`;
}

/** @param {string} text as it can be shown, in quotes */
export const quoted = (text) =>
  `"${escapeForTerminal(text.length > 80 ? `${text.slice(0, 77)}...` : text)}"`;

/** @param {Option} option */
export const spelled = (option) =>
  `${option.short ? `-${option.short}, ` : ''}--${option.name}${option.value ? ` ${option.value}` : ''}`;

/** Before what must not be taken for an option: no argument has it, because arguments end with it. */
const MARK = '\0';

/**
 * Reads a command line: `[options] COMMAND [options and operands in any order]`.
 * @param {string[]} args
 * @param {readonly Command[]} commands
 * @returns {{command: Command | undefined, switches: Set<string>, values: Record<string, string | undefined>, given: {name: string, value: string}[], operands: string[]}}
 * @throws {UsageError}
 */
export function readArguments(args, commands) {
  // Which options take a value is known before the command is: names mean the same everywhere.
  const all = new Map(
    [...commands.flatMap(({ options }) => options), ...GLOBAL_OPTIONS].map((option) => [
      option.name,
      option,
    ]),
  );
  /** @type {import('node:util').ParseArgsConfig['options']} */
  const config = {};
  for (const { name, short, value } of all.values())
    config[name] = { type: value ? 'string' : 'boolean', ...(short ? { short } : {}) };
  // "-!MEMBER" is a member of an archive on standard input, not an option.
  const marked = args.map((arg) => (arg.startsWith('-!') ? MARK + arg : arg));
  const parsed = parseArgs({ args: marked, options: config, strict: false, tokens: true });
  const tokens = parsed.tokens.map((token) =>
    'value' in token && token.value?.startsWith(MARK)
      ? { ...token, value: token.value.slice(MARK.length) }
      : token,
  );

  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []));
  const asked = words[0] === 'help'; // "ckpt help decode" is "ckpt decode --help"
  if (asked) words.shift();
  const command = commands.find(({ name }) => name === words[0]);
  const names = new Set([...(command?.options ?? []), ...GLOBAL_OPTIONS].map(({ name }) => name));

  /** @type {Record<string, string | undefined>} */
  const values = Object.create(null);
  /** @type {{name: string, value: string}[]} */
  const given = [];
  /** @type {Set<string>} */
  const switches = new Set(asked ? ['help'] : []);
  const fail = (/** @type {string} */ message) => new UsageError(message, command?.name);
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const local = /^-[^-]$/.test(token.rawName)
      ? command?.options.find(({ also }) => also === token.rawName[1])
      : undefined;
    const option = local ?? all.get(token.name);
    if (!option) throw fail(unknownOption(token.rawName, command ? names : all.keys()));
    if (command && !names.has(option.name)) throw fail(foreignOption(option, command, commands));
    if (!option.value) {
      if (token.value !== undefined) throw fail(`option ${token.rawName} takes no value`);
      switches.add(option.name);
      continue;
    }
    if (token.value === undefined)
      throw fail(`option ${token.rawName} needs a value: ${spelled(option)}`);
    // Options of one name may be repeatable in one command only.
    const own = command?.options.find(({ name }) => name === option.name) ?? option;
    if (own.repeatable) given.push({ name: own.name, value: token.value });
    else values[own.name] = token.value;
  }

  if (switches.has('json') && names.has('format')) {
    const { repeatable } = command?.options.find(({ name }) => name === 'format') ?? {};
    if (values.format !== undefined && values.format !== 'json')
      throw fail(`--json and --format ${quoted(values.format)} contradict each other`);
    if (repeatable) given.push({ name: 'format', value: 'json' });
    else values.format = 'json';
  }
  if (words[0] === 'version' && words.length === 1) switches.add('version');
  // As Node and npm take it; of a command it is --verbose.
  if (args.length === 1 && args[0] === '-v') switches.add('version');
  const help = switches.has('help') || switches.has('version');
  if (words.length > 0 && !command && !help) {
    const ours = commands.map(({ name }) => name);
    const known = Object.hasOwn(PEERS, words[0]) ? PEERS[words[0]] : '';
    const near = ours.includes(known) ? `; did you mean ${known}?` : suggestion(words[0], ours);
    throw fail(`unknown command ${quoted(words[0])}${near}`);
  }
  for (const option of [...(command?.options ?? []), ...GLOBAL_OPTIONS]) {
    if (!option.repeatable) values[option.name] ??= option.preset;
    if (typeof option.choices !== 'object') continue;
    for (const value of option.repeatable ? listOf(given, option.name) : [values[option.name]])
      if (value !== undefined && !option.choices.includes(value))
        throw fail(unknownChoice(option, value, option.choices));
  }
  return { command, switches, values, given, operands: words.slice(1) };
}

/**
 * @param {Option} option
 * @param {string} value none of
 * @param {readonly string[]} choices
 */
export const unknownChoice = (option, value, choices) =>
  `unknown ${option.name} ${quoted(value)}${suggestion(value, choices)} (one of ${choices.join(', ')})`;

/** The values of a repeatable option. @param {readonly {name: string, value: string}[]} given @param {string} name */
export const listOf = (given, name) =>
  given.flatMap((one) => (one.name === name ? [one.value] : []));

/** @param {string} written @param {Iterable<string>} names */
function unknownOption(written, names) {
  const near = written.startsWith('--') ? suggestion(written.slice(2), names, '--') : '';
  return `unknown option ${quoted(written)}${near}`;
}

/** `a, b and c`. @param {string[]} words */
const and = (words) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** @param {Option} option @param {Command} command @param {readonly Command[]} commands */
function foreignOption({ name }, command, commands) {
  const owners = commands.filter(({ options }) => options.some((option) => option.name === name));
  const names = owners.map((owner) => `"ckpt ${owner.name}"`);
  const some =
    names.length > 4
      ? 'other commands have'
      : `${and(names)} ${names.length === 1 ? 'has' : 'have'}`;
  return `"ckpt ${command.name}" has no option --${name}; ${some} it`;
}
