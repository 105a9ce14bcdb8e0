// SPDX-License-Identifier: Apache-2.0
// ckpt plugin
import { escapeForTerminal } from '../report/escape.js';
import { EXIT } from './exit.js';
import { describePlugin, findPlugins } from './plugins.js';
import { TEXT_OR_ROWS, rowsAs } from './rows.js';

/**
 * The list of plugins, as checkpointctl prints it.
 * @param {readonly import('./plugins.js').Plugin[]} plugins
 */
export function pluginList(plugins) {
  if (plugins.length === 0) return 'No plugins found in PATH\n';
  const rows = plugins.flatMap((plugin) => {
    const description = escapeForTerminal(describePlugin(plugin)) || '(no description)';
    const name = escapeForTerminal(plugin.name).padEnd(20);
    return [`  ${name} ${description}\n`, `  ${''.padEnd(20)} ${escapeForTerminal(plugin.path)}\n`];
  });
  return `Available plugins:\n${rows.join('')}`;
}

/** @type {import('./options.js').Command} */
export const plugin = {
  name: 'plugin',
  summary: 'list the plugins: programs in PATH that add commands',
  operands: 'list',
  count: [1, 1],
  completes: 'plugin',
  details: [
    'A program of the name ckpt-NAME or checkpointctl-NAME in a folder of PATH is the command NAME, unless ckpt has a command of that name. It is given all arguments after the name, and its exit code is that of ckpt.',
    'A plugin that is called with --plugin-description may print one line and end with the code 42: that line is shown here.',
  ],
  options: TEXT_OR_ROWS,
  examples: ['ckpt plugin list'],

  async run({ operands, values, stdout, commands, fail }) {
    if (operands[0] !== 'list') throw fail('expected "plugin list"');
    const own = new Set(commands.map(({ name }) => name));
    const found = findPlugins().filter(({ name }) => !own.has(name));
    if (values.format !== 'text' && values.format !== 'table') {
      const rows = found.map((one) => ({
        name: one.name,
        path: one.path,
        description: describePlugin(one) || null,
      }));
      await stdout.write(rowsAs(values.format ?? 'json', 'plugins', rows));
    } else await stdout.write(pluginList(found));
    return EXIT.ok;
  },
};
