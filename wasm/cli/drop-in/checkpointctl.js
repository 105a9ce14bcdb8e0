// SPDX-License-Identifier: Apache-2.0
// ckpt in place of checkpointctl: its commands, options, exit codes and error words. What it gets wrong
// (it cannot read old or incremental dumps, shows times of the container for those of the checkpoint …) is not part of it.
import process from 'node:process';
import { escapeForTerminal } from '../../report/escape.js';
import { COMMANDS } from '../commands.js';
import { EXIT, Failure } from '../exit.js';
import { BrokenPipe, Output, packageFile } from '../output.js';
import { pluginList } from '../plugin.js';
import { describePlugin, findPlugins, runPlugin } from '../plugins.js';
import { readFlags } from './flags.js';
import { Strict } from './strict.js';

const NAME = 'checkpointctl';
/** The version whose behaviour this is. */
const VERSION = '1.5.0';
const PREFIX = ['checkpointctl-'];

/** @typedef {import('./flags.js').Flag} Flag */
/** @typedef {{name: string, args: 'files' | 'any' | 2, flags: Flag[], summary: string}} Form of a command */

/** @type {Flag} */
const FORMAT = { name: 'format', value: true };
const INSPECT = ['stats', 'mounts', 'metadata', 'ps-tree', 'ps-tree-cmd', 'ps-tree-env', 'files'];
const DIFF = ['files', 'sockets', 'ps-tree-cmd', 'ps-tree-env', 'show-unchanged'];
const switchesOf = (/** @type {string[]} */ names) => names.map((name) => ({ name }));

/** @type {Form[]} */
const FORMS = [
  { name: 'build', args: 2, flags: [], summary: 'make an image of a checkpoint' },
  { name: 'completion', args: 'any', flags: [], summary: 'print a completion script' },
  {
    ...{ name: 'diff', args: 2, summary: 'show what differs between two checkpoints' },
    flags: [FORMAT, ...switchesOf(DIFF)],
  },
  { name: 'help', args: 'any', flags: [], summary: 'show help' },
  {
    ...{ name: 'inspect', args: 'files', summary: 'show details of checkpoints' },
    flags: [
      FORMAT,
      { name: 'pid', short: 'p', value: true },
      ...switchesOf([...INSPECT, 'sockets', 'all']),
    ],
  },
  { name: 'list', args: 'any', flags: [], summary: 'list the checkpoints in folders' },
  {
    ...{ name: 'memparse', args: 'files', summary: 'show the memory of processes' },
    flags: [
      { name: 'pid', short: 'p', value: true },
      { name: 'output', short: 'o', value: true },
      { name: 'search', short: 's', value: true },
      { name: 'search-regex', short: 'r', value: true },
      { name: 'context', short: 'c', value: true },
    ],
  },
  { name: 'plugin', args: 'any', flags: [], summary: 'list plugins' },
  { name: 'show', args: 'files', flags: [], summary: 'show checkpoints in a table' },
];

const HELP = [
  { name: 'help', short: 'h' },
  { name: 'version', short: 'v' },
];

/** Output that is held back until it is sure that there is no error. */
class Held {
  text = '';
  isTerminal = false;
  width = 100;

  /** @param {string} text */
  async write(text) {
    this.text += text;
  }

  async flush() {}
}

/** @param {import('../plugins.js').Plugin[]} plugins */
function help(plugins) {
  const rows = [
    ...FORMS.map(({ name, summary }) => [name, summary]),
    ...plugins.map((plugin) => [
      plugin.name,
      escapeForTerminal(describePlugin(plugin) || `Plugin provided by ${plugin.path}`),
    ]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    `${NAME}, as ckpt has it: shows what is in checkpoints of containers.\n`,
    `Usage:\n  ${NAME} [command]\n`,
    `Available Commands:\n${rows.map(([name, text]) => `  ${name.padEnd(width)} ${text}\n`).join('')}`,
    `Flags:\n  -h, --help      help for ${NAME}\n  -v, --version   version for ${NAME}\n`,
    `Use "${NAME} [command] --help" for more information about a command.\n`,
  ].join('\n');
}

/** @param {Form} form */
function formHelp({ name, summary, args, flags }) {
  const operands = args === 2 ? (name === 'build' ? 'CHECKPOINT IMAGE' : 'A B') : '[ARGUMENT]...';
  const rows = /** @type {Flag[]} */ ([...flags, HELP[0]]).map(
    ({ name: long, short, value }) =>
      `  ${short ? `-${short}, ` : '    '}--${long}${value ? ' VALUE' : ''}\n`,
  );
  return `${summary}\n\nUsage:\n  ${NAME} ${name} ${operands} [flags]\n\nFlags:\n${rows.join('')}`;
}

/** @param {Form} form @param {string[]} operands */
function refuseCount({ args }, operands) {
  if (args === 2 && operands.length !== 2)
    throw new Failure(`accepts 2 arg(s), received ${operands.length}`);
  if (args === 'files' && operands.length === 0)
    throw new Failure('requires at least 1 arg(s), only received 0');
}

/** @param {Record<string, string | undefined>} values @throws {Failure} */
function refuseValues({ format, pid, context }) {
  if (format !== undefined && format !== 'tree' && format !== 'json')
    throw new Failure(`invalid output format: ${format}`);
  for (const [flag, value] of [
    ['-p, --pid', pid],
    ['-c, --context', context],
  ])
    if (value !== undefined && !/^-?\d+$/.test(value))
      throw new Failure(`invalid argument "${value}" for "${flag}" flag: invalid syntax`);
  if (context?.startsWith('-')) throw new Failure('context size cannot be negative');
}

/**
 * @param {string[]} args @param {() => Promise<any>} core @param {Output} stdout @param {Output} stderr
 * @returns {Promise<number>}
 */
async function run(args, core, stdout, stderr) {
  const [first, ...rest] = args;
  const form = FORMS.find(({ name }) => name === first);
  if (!form && first !== undefined && !first.startsWith('-')) {
    const plugin = findPlugins(PREFIX).find(({ name }) => name === first);
    if (plugin) return runPlugin(plugin, rest);
    throw new Failure(`unknown command "${first}" for "${NAME}"\nRun '${NAME} --help' for usage.`);
  }
  const { values, switches, operands } = readFlags(form ? rest : args, [
    ...(form?.flags ?? []),
    ...HELP,
  ]);
  const plugins = () =>
    findPlugins(PREFIX).filter(({ name }) => !FORMS.some((known) => known.name === name));
  if (switches.has('version') && !form) {
    const { version } = JSON.parse(packageFile('package.json').toString());
    await stdout.write(`${NAME} version ${VERSION} (ckpt ${version})\n`);
    return EXIT.ok;
  }
  const about = form?.name === 'help' ? FORMS.find(({ name }) => name === operands[0]) : form;
  if (!form || form.name === 'help' || switches.has('help')) {
    await stdout.write(about && about.name !== 'help' ? formHelp(about) : help(plugins()));
    return EXIT.ok;
  }
  if (form.name === 'plugin') {
    await stdout.write(operands[0] === 'list' ? pluginList(findPlugins(PREFIX)) : formHelp(form));
    return EXIT.ok;
  }
  refuseCount(form, operands);
  refuseValues(values);
  const command = COMMANDS.find(({ name }) => name === form.name);
  if (!command) throw new Failure(`${form.name} is not in this version`);
  for (const option of command.options)
    if (!option.repeatable) values[option.name] ??= option.preset;
  const searches = values.search !== undefined || values['search-regex'] !== undefined;
  const pages = form.name === 'memparse' && values.pid !== undefined && !searches;
  const held = pages || form.name === 'list' ? stdout : new Held();
  if (form.name !== 'build') switches.add('reveal');
  switches.add('no-progress');
  const context = {
    ...{ operands: pages || searches ? operands.slice(0, 1) : operands, values, switches, core },
    ...{ stdout: /** @type {Output} */ (/** @type {unknown} */ (held)), stderr },
  };
  const code = await command.run({
    ...{ ...context, given: [], commands: COMMANDS, dropIn: new Strict(form.name, context) },
    fail: (message) => /** @type {any} */ (new Failure(message)),
  });
  if (held instanceof Held) await stdout.write(held.text);
  return form.name === 'diff' && code === EXIT.findings
    ? EXIT.ok
    : code === EXIT.ok
      ? EXIT.ok
      : EXIT.findings;
}

/** @param {string[]} args @param {() => Promise<any>} core @returns {Promise<number>} the exit code */
export async function checkpointctl(args, core) {
  const stdout = new Output(process.stdout);
  const stderr = new Output(process.stderr);
  try {
    const code = await run(args, core, stdout, stderr);
    await stdout.flush();
    await stderr.flush();
    return code;
  } catch (error) {
    if (error instanceof BrokenPipe) return EXIT.brokenPipe;
    const { message, stack = message } = /** @type {Error} */ (error);
    const text = error instanceof Failure ? message : `internal error: ${stack}`;
    await stderr.write(`Error: ${text.split('\n').map(escapeForTerminal).join('\n')}\n`);
    await stderr.flush();
    return EXIT.findings;
  }
}
