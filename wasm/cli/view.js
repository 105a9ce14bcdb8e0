// SPDX-License-Identifier: Apache-2.0
// ckpt view
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { escapeForTerminal } from '../report/escape.js';
import { EXIT } from './exit.js';
import { validate } from './validate.js';

/** What opens a file with the program that the user has for it. @param {string} platform @returns {[string, string[]]} */
export function openerOf(platform) {
  if (platform === 'darwin') return ['open', []];
  return platform === 'win32' ? ['explorer.exe', []] : ['xdg-open', []];
}

/** @param {string} file @returns {Promise<string>} why it could not be opened, or '' */
function open(file) {
  const [program, args] = openerOf(process.platform);
  return new Promise((resolve) => {
    const child = spawn(program, [...args, file], { stdio: 'ignore', detached: true });
    child.on('error', (error) => resolve(`${program}: ${error.message}`));
    // Explorer's exit code says nothing.
    child.on('exit', (code) =>
      resolve(code === 0 || process.platform === 'win32' ? '' : `${program} ended with ${code}`),
    );
  });
}

const passed = ['target', 'only', 'ignore', 'severity', 'config', 'max-findings', 'reveal'];

/** @type {import('./options.js').Command} */
export const view = {
  name: 'view',
  summary: 'show the findings about checkpoints in a browser',
  operands: 'PATH...',
  count: [1, Infinity],
  literal: true,
  details: [
    'Checks checkpoints as "ckpt validate" does, writes a page with the result to a file and opens it in the default browser. The page is self-contained and makes no connections.',
    'Without --output, a temporary file is used and its name is printed.',
  ],
  options: [
    {
      name: 'output',
      short: 'o',
      value: 'FILE',
      completes: 'file',
      help: 'write the page to this file and do not open it',
    },
    ...validate.options.filter(({ name }) => passed.includes(name)),
  ],
  examples: ['ckpt view checkpoint.tar', 'ckpt view --output report.html dumps/'],

  async run(context) {
    const { values, given, stdout, stderr } = context;
    const file = values.output ?? join(mkdtempSync(join(tmpdir(), 'ckpt-view-')), 'report.html');
    const forms = [
      { name: 'format', value: 'html' },
      { name: 'output', value: file },
    ];
    const code = await validate
      .run({ ...context, values: { ...values }, given: [...given, ...forms] })
      .catch((error) => {
        if (values.output === undefined) rmSync(join(file, '..'), { recursive: true, force: true });
        throw error;
      });
    await stdout.write(`${escapeForTerminal(file)}\n`);
    await stdout.flush();
    if (values.output !== undefined) return code;
    const why = await open(file);
    if (why === '') return code;
    await stderr.write(`ckpt: the file could not be opened: ${escapeForTerminal(why)}\n`);
    return Math.max(code, EXIT.unreadable);
  },
};
