// SPDX-License-Identifier: Apache-2.0
// The rules and their documentation: module, page, ckpt rules, ckpt explain; and shell completion.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { sampleLines } from '../../../wasm/report/rules-table.js';
import { checkpoint, tar } from '../lib/cli-archives.mjs';
import { ckpt, environment, folder, program } from '../lib/cli-run.mjs';

const dist = (name) => new URL(`../../../dist/${name}`, import.meta.url);
const { rules } = await import(dist('rules.js').href);
const described = JSON.parse(
  readFileSync(new URL('../../../build/describe.json', import.meta.url), 'utf8'),
).rules;

// ---- rules -----------------------------------------------------------------------------------------

test('the module and the JSON hold the rules of the core with their samples', () => {
  assert.deepEqual(JSON.parse(readFileSync(dist('rules.json'), 'utf8')), rules);
  assert.deepEqual(
    rules,
    described.map((rule, i) => ({ ...rule, bad: rules[i].bad, good: rules[i].good })),
  );
  for (const { id, bad, good } of rules) assert.ok(bad && good, id);
});

test('rules.html: an anchor for each rule, nothing to load, no script', () => {
  const html = readFileSync(dist('rules.html'), 'utf8');
  const ids = [...html.matchAll(/<article class="entry" id="([^"]*)">/g)].map(([, id]) => id);
  assert.deepEqual(ids.sort(), rules.map(({ id }) => id).sort());
  for (const [, target] of html.matchAll(/href="#([^"]*)"/g))
    assert.ok(html.includes(`id="${target}"`), target);
  for (const [, name] of html.matchAll(/var\((--[a-z-]+)\)/g))
    assert.ok(html.includes(`${name}:`), name);
  assert.doesNotMatch(html, /<script|<link|<img|url\(|@import/);
  assert.match(html, /content="default-src 'none'; style-src 'sha256-/);
});

test('ckpt rules: table, JSON, Markdown, and beginnings of ids', async () => {
  const text = await ckpt(['rules']);
  assert.equal(text.code, 0);
  for (const { id, title } of rules)
    assert.match(
      text.stdout,
      new RegExp(`^${id} .*${title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`, 'm'),
    );
  const json = await ckpt(['rules', '--format', 'json', 'CKP1', 'ckp8*']);
  assert.deepEqual(
    JSON.parse(json.stdout),
    rules.filter(({ id }) => /^CKP[18]/.test(id)),
  );
  const markdown = await ckpt(['rules', '-f', 'markdown', 'CKP100']);
  assert.match(markdown.stdout, /^# Rules of ckpt validate\n\n## CKP100: /);
  const none = await ckpt(['rules', 'CKPX']);
  assert.deepEqual([none.code, none.stderr.split('\n')[0]], [2, 'ckpt: there is no rule CKPX']);
});

test('ckpt explain: what, why, what to do, samples', async () => {
  const rule = rules.find(({ id }) => id === 'CKP004');
  const { code, stdout } = await ckpt(['explain', 'ckp004']);
  assert.equal(code, 0);
  assert.ok(
    stdout.startsWith(`CKP004: ${rule.title}\n${rule.severity}; container`) &&
      stdout.includes('\n\nWhat is checked\n'),
  );
  const flat = stdout.replace(/\n */g, ' ');
  for (const part of [rule.what, rule.why, rule.fix]) assert.ok(flat.includes(part), part);
  assert.match(
    stdout,
    /^Wrong\n {2}Podman's checkpoint, with\n {4}a member "\.\.\/\.\.\/etc\/cron\.d\/job"/m,
  );
  for (const each of rules)
    for (const side of ['bad', 'good']) assert.ok(sampleLines(each[side]).length > 0, each.id);
  const wrong = await ckpt(['explain', 'CKP0004']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /^ckpt: there is no rule "CKP0004"; did you mean CKP\d{3}\?\n/);
});

// ---- completion ------------------------------------------------------------------------------------

/** What bash offers for a command line. @param {string[]} words the last one is being written */
function offered(script, words) {
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const line = `${script}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _ckpt; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', line], {
    env: environment(),
  });
  assert.deepEqual([status, stderr.toString()], [0, '']);
  return stdout.toString().split('\n').filter(Boolean);
}

test('completion for bash: commands, options, choices, rules', async () => {
  const { code, stdout: script } = await ckpt(['completion', 'bash']);
  assert.equal(code, 0);
  assert.deepEqual(offered(script, ['ckpt', 'va']), ['validate']);
  assert.ok(offered(script, ['ckpt', '']).includes('explain'));
  assert.deepEqual(offered(script, ['ckpt', 'validate', '--fail']), ['--fail-on']);
  assert.deepEqual(offered(script, ['ckpt', 'validate', '--fail-on', '']), [
    'error',
    'warning',
    'info',
    'verdict',
    'none',
  ]);
  assert.deepEqual(offered(script, ['ckpt', 'validate', '--fail-on', '=', 'w']), ['warning']);
  assert.deepEqual(offered(script, ['ckpt', 'validate', '-f', 'js']), ['json', 'jsonl']);
  assert.deepEqual(offered(script, ['ckpt', 'rules', '-f', '']).sort(), [
    ...['csv', 'json', 'jsonl', 'markdown', 'table', 'text'],
  ]);
  assert.deepEqual(
    offered(script, ['ckpt', '--color', 'never', 'explain', 'CKP10']),
    rules.map(({ id }) => id).filter((id) => id.startsWith('CKP10')),
  );
  assert.deepEqual(offered(script, ['ckpt', 'validate', '--only', 'CKP100']), ['CKP100']);
  assert.deepEqual(offered(script, ['ckpt', 'validate', '--severity', 'CKP100', '=', 'o']), [
    'off',
  ]);
  assert.deepEqual(offered(script, ['ckpt', 'decode', '-k', 'conf']), ['config.dump']);
  assert.deepEqual(offered(script, ['ckpt', 'completion', '']), [
    'bash',
    'zsh',
    'fish',
    'powershell',
  ]);
  const shellcheck = spawnSync('shellcheck', ['-s', 'bash', '-e', 'SC2207', '-'], {
    input: script,
  });
  if (!shellcheck.error) assert.equal(shellcheck.stdout.toString(), '');
});

for (const shell of ['zsh', 'fish'])
  test(`completion for ${shell}: a script that the shell takes, with all commands and options`, async () => {
    const { code, stdout: script } = await ckpt(['completion', shell]);
    assert.equal(code, 0);
    for (const word of [
      'validate',
      'explain',
      'fail-on',
      'max-findings',
      'jsonl',
      'CKP100',
      'config.dump',
    ])
      assert.ok(script.includes(word), word);
    const run = spawnSync(shell, ['-n', '-c', script], { env: environment() });
    if (!run.error) assert.deepEqual([run.status, run.stderr.toString()], [0, '']);
    if (shell !== 'fish' || run.error) return;
    const cwd = folder({ 'ckpt.fish': script });
    const ask = (line) =>
      spawnSync(
        'fish',
        ['--no-config', '-c', `source ckpt.fish; complete -C ${JSON.stringify(line)}`],
        {
          cwd,
          env: environment({ HOME: cwd }),
        },
      )
        .stdout.toString()
        .split('\n')
        .map((one) => one.split('\t')[0])
        .filter(Boolean);
    assert.deepEqual(ask('ckpt valid'), ['validate']);
    assert.deepEqual(ask('ckpt validate --fail-on w'), ['warning']);
    assert.deepEqual(ask('ckpt explain CKP100'), ['CKP100']);
  });

/** Names that would be run, taken for options or split by a careless script. */
const ODD = ['$(touch run)', '`touch run`', 'with space', '*', '-n', "it's", 'a"b', '\\\\x'];
const withMembers = async (/** @type {string} */ shell, /** @type {string} */ name) => {
  const { stdout: script } = await ckpt(['completion', shell]);
  const bytes = tar(checkpoint(Object.fromEntries(ODD.map((one) => [one, 'x']))));
  const cwd = folder({
    [name]: script,
    'a b.tar': bytes,
    'c.tar': bytes,
    ckpt: `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`,
  });
  chmodSync(join(cwd, 'ckpt'), 0o755);
  return { cwd, env: environment({ HOME: cwd, PATH: `${cwd}:${process.env.PATH}` }) };
};

test(
  'completion for bash: members, whose names are never run',
  { skip: process.platform === 'win32' },
  async () => {
    const { cwd, env } = await withMembers('bash', 'c.bash');
    const ask = (/** @type {string[]} */ ...words) => {
      const line = `. ./c.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _ckpt; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const run = spawnSync('bash', ['--norc', '-c', line, 'bash', ...words], {
        cwd,
        env,
        encoding: 'utf8',
      });
      assert.deepEqual([run.status, run.stderr], [0, '']);
      return run.stdout.split('\n').filter(Boolean);
    };
    assert.deepEqual(ask('ckpt', 'validate', 'c.tar!conf'), ['c.tar!config.dump']);
    assert.deepEqual(ask('ckpt', 'validate', 'c.tar\\!conf'), ['c.tar!config.dump']);
    assert.deepEqual(ask('ckpt', 'cat', 'c.tar', 'checkpoint/p'), ['checkpoint/pages-1.img']);
    assert.deepEqual(ask('ckpt', 'ls', '-l', 'a b.tar', 'spec'), ['spec.dump']);
    assert.deepEqual(ask('ckpt', 'cat', 'c.tar', '--for'), ['--force']);
    for (const name of ODD)
      assert.ok(ask('ckpt', 'hash', 'c.tar!').includes(`c.tar!${name}`), name);
    assert.deepEqual(ask('ckpt', 'show', 'none.tar!'), []);
    assert.ok(!existsSync(join(cwd, 'run')));
  },
);

test('completion for fish: members', { skip: process.platform === 'win32' }, async (t) => {
  const { cwd, env } = await withMembers('fish', 'c.fish');
  const ask = (/** @type {string} */ line) =>
    spawnSync('fish', ['--no-config', '-c', `source c.fish; complete -C ${JSON.stringify(line)}`], {
      cwd,
      env,
      encoding: 'utf8',
    });
  if (ask('ckpt ').error) return t.skip('there is no fish');
  const words = (/** @type {string} */ line) =>
    ask(line)
      .stdout.split('\n')
      .map((one) => one.split('\t')[0]);
  assert.ok(words('ckpt validate c.tar!conf').includes('c.tar!config.dump'));
  assert.ok(words('ckpt cat c.tar checkpoint/p').includes('checkpoint/pages-1.img'));
  assert.ok(!existsSync(join(cwd, 'run')));
});

test('completion: other shells', async () => {
  const { code, stderr } = await ckpt(['completion', 'tcsh']);
  assert.deepEqual([code, stderr.split('\n')[0]], [2, 'ckpt: expected bash|zsh|fish|powershell']);
});
