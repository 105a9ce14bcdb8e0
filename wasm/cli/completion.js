// SPDX-License-Identifier: Apache-2.0
// ckpt completion
import { bash } from './completion-bash.js';
import { fish } from './completion-fish.js';
import { powershell } from './completion-powershell.js';
import { zsh } from './completion-zsh.js';
import { EXIT } from './exit.js';
import { GLOBAL_OPTIONS } from './options.js';
import { loadRules } from './load-rules.js';

/**
 * What a script is made from.
 * @typedef {object} Grammar
 * @property {{name: string, summary: string, options: Words[], operands: 'files' | readonly string[],
 *   members: boolean}[]} commands members: a member of the file may follow it
 * @property {Words[]} global options of every command
 *
 * An option and what its value may be; without `value` it is a switch.
 * @typedef {{name: string, short?: string, help: string, value?: string, repeatable: boolean,
 *   choices: readonly string[] | 'files' | null}} Words
 */

const SHELLS = /** @type {Record<string, (grammar: Grammar) => string>} */ ({
  bash,
  zsh,
  fish,
  powershell,
});

/** The first sentence of a help text, for lists. @param {string} help */
const short = (help) => help.replace(/[:;(].*$/s, '').trim();

/** @type {import('./options.js').Command} */
export const completion = {
  name: 'completion',
  summary: 'print a script that lets a shell complete command lines of ckpt',
  operands: 'bash|zsh|fish|powershell',
  count: [1, 1],
  completes: 'shells',
  details: [
    'Prints a script for a shell: with it the Tab key completes commands, options, their values, ids of rules, and after FILE! the members of an archive, if it is not large.',
  ],
  options: [],
  examples: [
    'source <(ckpt completion bash)                                 # in ~/.bashrc',
    'ckpt completion zsh > "${fpath[1]}/_ckpt"                      # before compinit',
    'ckpt completion powershell | Out-String | Invoke-Expression     # in $PROFILE',
    'ckpt completion fish > ~/.config/fish/completions/ckpt.fish',
  ],

  async run({ operands: [shell], commands, stdout, core, fail }) {
    const make = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : null;
    if (!make) throw fail(`expected ${this.operands}`);
    const { kinds } = await core();
    const rules = (await loadRules()).map(({ id }) => id);
    /** @param {import('./options.js').Option} option @returns {Words} */
    const words = ({ name, short: letter, help, value, choices, completes, repeatable }) => ({
      ...{ name, short: letter, help: short(help), value, repeatable: repeatable === true },
      choices: Array.isArray(choices)
        ? choices
        : choices === 'kinds'
          ? kinds
          : completes === 'rules'
            ? rules
            : completes === 'file'
              ? 'files'
              : null,
    });
    const operandsOf = { rules, shells: Object.keys(SHELLS), plugin: ['list'] };
    const script = make({
      commands: commands.map(({ name, summary, options, operands, completes }) => ({
        ...{ name, summary, options: options.map(words) },
        operands: completes ? operandsOf[completes] : 'files',
        members: /^FILE \[?MEMBER/.test(operands),
      })),
      global: GLOBAL_OPTIONS.map(words),
    });
    await stdout.write(script);
    return EXIT.ok;
  },
};
