// SPDX-License-Identifier: Apache-2.0
// The words of the search and its commands.

export const K = {
  seek: 'Search everything',
  title: 'Search everything, or run a command',
  hint: 'Names, values, findings, rules, processes, files …  > for commands',
  none: 'Nothing found.',
  searching: 'Searching…',
  start: 'Open a checkpoint first, or type > for commands.',
  groups: /** @type {Record<string, string>} */ ({
    commands: 'Commands',
    views: 'Views',
    findings: 'Findings',
    rows: 'What was running',
    values: 'Values in metadata',
    paths: 'Members',
    items: 'Open checkpoints',
    rules: 'Rules',
    memory: 'Memory',
  }),
  memory: (/** @type {string} */ text) => `Search the memory for “${text}”`,
  commands: {
    open: 'Open files…',
    compare: 'Compare with another checkpoint',
    close: 'Close this checkpoint',
    closeAll: 'Close all',
    theme: 'Change the colours: system, light, dark',
    help: 'Keys and help',
    home: 'Start page',
    print: 'Print',
    target: (/** @type {string} */ name) => `Target: restore on ${name}`,
    own: 'Target: the engine that made it',
    export: (/** @type {string} */ form) => `Export: ${form}`,
  },
};
