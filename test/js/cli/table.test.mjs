// SPDX-License-Identifier: Apache-2.0
// The table of commands holds: every option of every command is taken, shown in the help, completed by every shell and in
// the manual page; every form of output that a command claims to have is one; unknown values are refused with a suggestion.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import test, { describe } from 'node:test';
import { SaxesParser } from 'saxes';
import { COMMANDS } from '../../../wasm/cli/commands.js';
import { GLOBAL_OPTIONS, readArguments } from '../../../wasm/cli/options.js';
import { ckpt, folder, jsonLines } from '../lib/cli-run.mjs';

const CRIO = 'archives/crio.tar';
const PODMAN = 'archives/simple-gzip.tar.gz';
const dist = new URL('../../../dist/', import.meta.url);

/** Operands of a command, as many as it needs. @param {import('../../../wasm/cli/options.js').Command} command */
const operandsFor = ({ count: [least] }) => Array.from({ length: Math.max(least, 1) }, () => 'x');

/** Some value of an option. @param {import('../../../wasm/cli/options.js').Option} option */
const valueFor = ({ choices }) => (Array.isArray(choices) ? choices[0] : 'x');

describe('every option of every command', () => {
  test('is taken by its name and its letter, before and after the operands', () => {
    for (const command of COMMANDS)
      for (const option of [...command.options, ...GLOBAL_OPTIONS]) {
        if (option.name === 'json' || option.name === 'help' || option.name === 'version') continue;
        const value = valueFor(option);
        for (const spelling of [`--${option.name}`, ...(option.short ? [`-${option.short}`] : [])])
          for (const before of [true, false]) {
            const words = option.value ? [spelling, value] : [spelling];
            const operands = operandsFor(command);
            const args = before ? [...words, ...operands] : [...operands, ...words];
            const read = readArguments([command.name, ...args], COMMANDS);
            assert.equal(read.command, command);
            assert.deepEqual(read.operands, operands, `${command.name} ${spelling}`);
            const found = option.repeatable
              ? read.given.find(({ name }) => name === option.name)?.value
              : option.value
                ? read.values[option.name]
                : read.switches.has(option.name);
            assert.equal(found, option.value ? value : true, `${command.name} ${spelling}`);
          }
      }
  });

  test('is alike in all commands that have it: whether it has a value, and its letter', () => {
    /** @type {Map<string, string>} */
    const known = new Map();
    for (const { name, options } of COMMANDS)
      for (const option of options) {
        const form = `${option.short ?? ''} ${option.value ? 'value' : 'switch'}`;
        assert.equal(known.get(option.name) ?? form, form, `${name} --${option.name}`);
        known.set(option.name, form);
      }
  });

  test('is in the help', async () => {
    for (const command of COMMANDS) {
      const { stdout } = await ckpt([command.name, '--help']);
      for (const { name, short, value } of command.options) {
        const spelled = `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
        assert.ok(stdout.includes(`  ${spelled}`), `${command.name} ${spelled}`);
      }
      for (const example of command.examples) assert.ok(stdout.includes(example), example);
    }
  });

  test('is in the manual page', () => {
    const page = readFileSync(new URL('ckpt.1', dist), 'utf8').replaceAll('\\-', '-');
    for (const { name, options } of COMMANDS) {
      const [, section] = page.split(`\n.SS "ckpt ${name} [OPTION]`);
      assert.ok(section, name);
      const own = section.split('\n.SS ')[0];
      for (const option of options)
        assert.ok(own.includes(`\\fB--${option.name}\\fR`), `${name} --${option.name}`);
    }
  });

  test('is completed by bash', async () => {
    const { stdout: script } = await ckpt(['completion', 'bash']);
    const files = folder({ 'completion.bash': script });
    // One shell for all: each line of its output is what a command has.
    const calls = COMMANDS.map(
      ({ name }) => `COMP_WORDS=(ckpt ${name} --); COMP_CWORD=2; _ckpt; echo "\${COMPREPLY[*]}"`,
    );
    const lines = execFileSync('bash', ['-c', `. ./completion.bash\n${calls.join('\n')}`], {
      cwd: files,
      encoding: 'utf8',
    }).split('\n');
    for (const [i, { name, options }] of COMMANDS.entries())
      for (const option of options)
        assert.ok(lines[i].split(' ').includes(`--${option.name}`), `${name} --${option.name}`);
  });

  test('is in the completion of zsh, fish and PowerShell', async () => {
    const script = async (/** @type {string} */ shell) =>
      (await ckpt(['completion', shell])).stdout;
    const [zsh, fish, powershell] = await Promise.all(['zsh', 'fish', 'powershell'].map(script));
    for (const { name, options } of COMMANDS) {
      const ofZsh = zsh.split(`\n            ${name})\n`)[1]?.split(';;')[0] ?? '';
      const ofPowershell = powershell
        .split(`\n        '${name}' = @{\n`)[1]
        ?.split('\n        }')[0];
      for (const option of options) {
        const what = `${name} --${option.name}`;
        assert.ok(new RegExp(`--${option.name}[^\\w-]`).test(ofZsh), `zsh: ${what}`);
        const line = `__fish_seen_subcommand_from ${name}' -l ${option.name} `;
        assert.ok(fish.includes(line), `fish: ${what}`);
        assert.ok(ofPowershell?.includes(`'--${option.name}'`), `PowerShell: ${what}`);
      }
    }
  });

  test('with values of its own refuses others, with the nearest', async () => {
    for (const command of COMMANDS)
      for (const { name, choices } of [...command.options, ...GLOBAL_OPTIONS]) {
        if (!choices) continue;
        // Twice the last letter of the longest value is near to nothing else.
        const known = Array.isArray(choices) ? choices : ['config.dump'];
        const near = [...known].sort((a, b) => b.length - a.length)[0];
        const args = [command.name, `--${name}`, near + near.at(-1), ...operandsFor(command)];
        const { code, stdout, stderr } = await ckpt(args);
        const what = `ckpt ${args.join(' ')}`;
        assert.equal(code, 2, what);
        assert.equal(stdout, '', what);
        assert.match(stderr, /^ckpt: unknown /, what);
        assert.ok(stderr.includes(`; did you mean ${near}?`), `${what}: ${stderr}`);
      }
  });
});

/** What a form of output must be. @type {Record<string, (text: string) => void>} */
const FORMS = {
  json: (text) => void JSON.parse(text),
  jsonl: (text) => assert.ok(jsonLines(text).every((value) => typeof value === 'object')),
  csv(text) {
    const rows = text
      .split('\r\n')
      .slice(0, -1)
      .map((line) => line.replace(/"(?:[^"]|"")*"/g, '').split(',').length);
    assert.ok(rows.length > 1);
    assert.equal(new Set(rows).size, 1, 'as many fields in each line');
  },
  sarif: (text) => assert.equal(JSON.parse(text).version, '2.1.0'),
  junit(text) {
    const parser = new SaxesParser();
    parser.on('error', (error) => assert.fail(error.message));
    parser.write(text).close();
  },
  tap: (text) => assert.match(text, /^TAP version 1[34]\n(.*\n)*?1\.\.\d+$/m),
  github: (text) => assert.match(text, /^(::(error|warning|notice) [^\n]*\n)*$/),
  gitlab: (text) => assert.ok(JSON.parse(text).every((/** @type {any} */ one) => one.fingerprint)),
  html: (text) => assert.match(text, /^<!doctype html>[^]*<\/html>\s*$/i),
  metrics(text) {
    for (const line of text.trimEnd().split('\n'))
      assert.match(
        line,
        /^(# HELP ckpt_\w+ .+|# TYPE ckpt_\w+ gauge|ckpt_\w+(\{(\w+="(\\.|[^"\\])*",?)+\})? \d+)$/,
      );
  },
  markdown: (text) => assert.match(text, /^(#|\|)/m),
  text: (text) => assert.equal(typeof text, 'string'), // some say nothing if all is well
  table: (text) => assert.match(text, /\S/),
  tree: (text) => assert.match(text, /\S/),
};

/** Operands that give every form something to show. @type {Record<string, string[]>} */
const RUNS = {
  ...Object.fromEntries(
    ['show', 'inspect', 'ls', 'hash', 'ps', 'files', 'mounts', 'ns', 'maps'].map((name) => [
      name,
      [CRIO],
    ]),
  ),
  ...{
    sockets: ['archives/multi-gzip.tar.gz'],
    memparse: [CRIO],
    size: [CRIO],
    cpu: [CRIO],
    validate: [CRIO],
    list: ['archives'],
  },
  ...{ strings: [CRIO, '--limit', '3'], search: [CRIO, 'PATH'] },
  ...{ diff: ['archives/diff-a-zstd.tar.zst', 'archives/diff-b-zstd.tar.zst'] },
  ...{ explain: ['CKP109'], rules: ['CKP1'], plugin: ['list'] },
  ...{ decode: [`${CRIO}!checkpoint/core-1.img`], info: [`${CRIO}!checkpoint/core-1.img`] },
  ...{
    build: [CRIO, 'OUT'],
    redact: [CRIO, '-o', 'OUT'],
    unbuild: ['archives/simple-image.oci.tar', 'OUT'],
  },
  convert: [PODMAN, 'OUT', '--criu', '4.1'],
};

/** A folder for PATH with a plugin in it: a list of none has no lines. */
function pluginPath() {
  const path = folder({ 'ckpt-told': '#!/bin/sh\necho What it does\n' });
  chmodSync(join(path, 'ckpt-told'), 0o755);
  return [path, process.env.PATH].join(delimiter);
}

describe('every form of output', () => {
  for (const { name, options } of COMMANDS) {
    const { choices } = options.find((option) => option.name === 'format') ?? {};
    if (!Array.isArray(choices)) continue;
    const skip = name === 'plugin' && process.platform === 'win32' && 'needs a script that runs';
    test(`ckpt ${name} --format ${choices.join('|')}`, { skip }, async () => {
      const env = name === 'plugin' ? { PATH: pluginPath() } : {};
      assert.ok(RUNS[name], 'has a line in RUNS');
      if (choices.includes('json'))
        assert.ok(
          options.some((option) => option.name === 'json'),
          'has --json',
        );
      for (const form of [...choices, ...(choices.includes('json') ? ['--json'] : [])]) {
        const out = join(folder(), 'out.tar');
        const operands = RUNS[name].map((word) => (word === 'OUT' ? out : word));
        const args = [name, ...operands, ...(form === '--json' ? [form] : ['--format', form])];
        const { code, stdout, stderr } = await ckpt(args, { env });
        const what = `ckpt ${args.join(' ')}: ${stderr}`;
        assert.ok(code === 0 || (name === 'diff' && code === 1), `${code} ${what}`);
        const check = FORMS[form === '--json' ? 'json' : form];
        assert.ok(check, `what is ${form}?`);
        try {
          check(stdout);
        } catch (error) {
          throw new Error(`${what}\n${stdout.slice(0, 300)}`, { cause: error });
        }
      }
    });
  }
});
