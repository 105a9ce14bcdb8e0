// SPDX-License-Identifier: Apache-2.0
// From the command line to the exit code.
import process from 'node:process';
import { escapeForTerminal } from '../report/escape.js';
import { COMMANDS } from './commands.js';
import { EXIT, Failure, UsageError } from './exit.js';
import { commandHelp, mainHelp } from './help.js';
import { quoted, readArguments, unknownChoice } from './options.js';
import { BrokenPipe, Output, packageFile, reason } from './output.js';
import { describePlugin, findPlugins, runPlugin } from './plugins.js';

async function core() {
  let wasm;
  try {
    wasm = packageFile('dist/core.wasm');
  } catch (error) {
    throw new Failure(
      `dist/core.wasm cannot be read: ${reason(/** @type {Error} */ (error).message)}; in a clone of the repository "make" builds it`,
    );
  }
  const { load } = await import('../api/index.js');
  return load({ wasm });
}

/** Plugins, and what they say of themselves. @returns {[string, string][]} */
const pluginRows = () =>
  findPlugins()
    .filter(({ name }) => !COMMANDS.some((command) => command.name === name))
    .map((plugin) => [
      escapeForTerminal(plugin.name),
      escapeForTerminal(describePlugin(plugin) || `Plugin provided by ${plugin.path}`),
    ]);

/** The plugin that is called, if no command of ours has its name. @param {string[]} args */
function pluginOf([word]) {
  if (word === undefined || word.startsWith('-') || word === 'help') return undefined;
  if (COMMANDS.some(({ name }) => name === word)) return undefined;
  return findPlugins().find(({ name }) => name === word);
}

/** Lines that may name files, as patterns find them. @param {string} text */
const safe = (text) => text.split('\n').map(escapeForTerminal).join('\n');

/** @param {string[]} args @param {Output} stdout @param {Output} stderr @returns {Promise<number>} */
async function run(args, stdout, stderr) {
  const { command, switches, values, given, operands } = readArguments(args, COMMANDS);
  if (switches.has('help')) {
    const kinds = () =>
      core().then(
        (loaded) => loaded.kinds,
        () => [], // help must come even then
      );
    await stdout.write(
      command ? commandHelp(command, await kinds()) : mainHelp(COMMANDS, pluginRows()),
    );
    return EXIT.ok;
  }
  if (switches.has('version')) {
    const { version } = JSON.parse(packageFile('package.json').toString());
    await stdout.write(`ckpt ${version}\n`);
    return EXIT.ok;
  }
  if (!command) {
    await stderr.write(mainHelp(COMMANDS));
    return EXIT.usage;
  }
  const fail = (/** @type {string} */ message) => new UsageError(message, command.name);
  const [least, most] = command.count;
  if (operands.length < least) throw fail(`${command.operands} is missing`);
  if (operands.length > most)
    throw fail(`${quoted(operands[most])} is unexpected; expected ${command.operands}`);
  for (const option of command.options) {
    const value = values[option.name];
    if (option.choices !== 'kinds' || value === undefined) continue;
    const { kinds } = await core();
    if (!kinds.includes(value)) throw fail(unknownChoice(option, value, kinds));
  }
  const meant = async () => {
    if (command.completes || command.literal) return operands;
    const { fileOf, filesOf } = await import('./operands.js');
    if (most === Infinity) return filesOf(operands, !command.folders);
    const [first, ...rest] = operands;
    return [fileOf(first, fail), ...rest];
  };
  return command.run({
    ...{
      operands: await meant(),
      values,
      given,
      switches,
      commands: COMMANDS,
    },
    ...{ stdout, stderr, core, fail },
  });
}

/**
 * @param {string[]} args
 * @param {string} [name] that this program is called by: it stands in for checkpointctl and crit
 * @returns {Promise<number>} the exit code
 */
export async function main(args, name = 'ckpt') {
  if (name === 'checkpointctl')
    return (await import('./drop-in/checkpointctl.js')).checkpointctl(args, core);
  if (name === 'crit') return (await import('./drop-in/crit.js')).crit(args, core);
  const own = pluginOf(args);
  if (own) return runPlugin(own, args.slice(1));
  const lossy = args.some((arg) => arg.includes('\ufffd'));
  const stdout = new Output(process.stdout);
  const stderr = new Output(process.stderr);
  const attempt = async () => {
    try {
      const given = lossy ? (await import('./exact-arguments.js')).exactArguments(args) : args;
      const code = await run(given, stdout, stderr);
      await stdout.flush();
      return code;
    } catch (error) {
      if (error instanceof BrokenPipe) return EXIT.brokenPipe;
      if (error instanceof UsageError) {
        const help = error.command ? `ckpt ${error.command} --help` : 'ckpt --help';
        await stderr.write(`ckpt: ${safe(error.message)}\nTry "${help}".\n`);
        return EXIT.usage;
      }
      // What is not a Failure is a mistake of ours: the stack tells where.
      const { message, stack = message } = /** @type {Error} */ (error);
      const text = error instanceof Failure ? message : `internal error: ${stack}`;
      await stderr.write(`ckpt: ${safe(text)}\n`);
      return EXIT.unreadable;
    }
  };
  const code = await attempt();
  try {
    await stderr.flush();
  } catch {
    // There is nowhere left to say it.
  }
  return code;
}
