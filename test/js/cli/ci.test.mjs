// SPDX-License-Identifier: Apache-2.0
// What continuous integration uses: GitHub Actions, the action, the problem matcher, the hook.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { parse } from 'yaml';
import { tar } from '../lib/cli-archives.mjs';
import { ckpt, data, environment, folder, program } from '../lib/cli-run.mjs';

const file = (path) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
/** Contents that look like workflow commands. */
const HOSTILE = '{"id": 1,\n"##[add-mask]b": "::error::a",\n"%0A::warning::c": 1}';

test('in GitHub Actions: text that is no command, annotations, a summary of the step', async () => {
  const cwd = folder({ 'config.dump': HOSTILE, 'summary.md': '# before\n' });
  const env = {
    GITHUB_ACTIONS: 'true',
    GITHUB_WORKSPACE: cwd,
    GITHUB_STEP_SUMMARY: join(cwd, 'summary.md'),
  };
  const { code, stdout } = await ckpt(['validate', 'config.dump'], { cwd, env });
  assert.equal(code, 1);
  // What is printed between the two tokens, the runner takes for text.
  const outside = stdout.replace(/^::stop-commands::([0-9a-f-]{36})\n.*?^::\1::\n/gms, '');
  const lines = outside.split('\n').slice(0, -1);
  assert.ok(lines.length >= 1);
  for (const line of lines)
    assert.match(line, /^::(error|warning|notice) file=config\.dump,.*title=CKP\d+::[^\n]*$/);
  assert.ok(
    lines.some((line) =>
      /^::error file=config\.dump,line=1,endLine=1,col=8,endColumn=9,title=CKP100::/.test(line),
    ),
  );
  assert.ok(stdout.includes('##[add-mask]'));
  assert.ok(!outside.includes('##['));
  const summary = readFileSync(join(cwd, 'summary.md'), 'utf8');
  assert.match(summary, /^# before\n# Container checkpoints\n/);
  assert.match(summary, /\| ❌ error \| CKP100 \|/);
  // The same besides a file; and none of it where something else is printed.
  const sarif = await ckpt(['validate', '-f', 'sarif', '-o', 'a.sarif', 'config.dump'], {
    cwd,
    env,
  });
  assert.ok(sarif.stdout.includes('\n::error file=config.dump,'));
  assert.equal(JSON.parse(readFileSync(join(cwd, 'a.sarif'), 'utf8')).version, '2.1.0');
  const json = await ckpt(['validate', '-f', 'json', 'config.dump'], { cwd, env });
  assert.equal(JSON.parse(json.stdout).version, 1);
});

test('in GitHub Actions: a summary that is too long is cut', async () => {
  const path = 'x'.repeat(200);
  const cwd = folder({
    ...Object.fromEntries(
      Array.from({ length: 30 }, (_, i) => [
        `${path}/${i}/deleted.files`,
        JSON.stringify(Array(100).fill('y'.repeat(3000))),
      ]),
    ),
    'summary.md': '',
  });
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(cwd, 'summary.md') };
  await ckpt(['validate', '.'], { cwd, env });
  const summary = readFileSync(join(cwd, 'summary.md'), 'utf8');
  assert.ok(Buffer.byteLength(summary) < 1024 * 1024);
  assert.match(summary, /The rest is left out: the summary would be too long\.\n$/);
});

test('the action runs ckpt validate with what it is given', () => {
  const action = parse(file('.github/actions/validate/action.yml'));
  const [step] = action.runs.steps;
  assert.equal(action.runs.using, 'composite');
  const inputs = Object.keys(action.inputs);
  const used = Object.values(step.env).map(
    (text) => /^\$\{\{ inputs\.([a-z-]+) \}\}$/.exec(text)[1],
  );
  assert.deepEqual(used.sort(), inputs.sort());
  assert.doesNotMatch(step.run, /\$\{\{/); // no text of others in the script
  const cwd = folder({
    'bin/npx': `#!/bin/sh\necho "$@" >>"$CALLS"\nshift 4\nexec "${process.execPath}" "${program}" "$@"\n`,
    'a b/deleted.files': '{}',
    'c/deleted.files': '[]',
  });
  chmodSync(join(cwd, 'bin/npx'), 0o755);
  for (const [name, { value }] of Object.entries(action.outputs))
    assert.equal(value, `\${{ steps.${step.id}.outputs.${name} }}`);
  let outputs = {};
  const run = (given) => {
    const output = join(folder(), 'output');
    const env = environment({
      CALLS: join(cwd, 'calls'),
      GITHUB_OUTPUT: output,
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: cwd,
    });
    env.PATH = `${join(cwd, 'bin')}:${env.PATH}`;
    for (const [name, text] of Object.entries(step.env)) {
      const input = /inputs\.([a-z-]+)/.exec(text)[1];
      env[name] = given[input] ?? action.inputs[input].default;
    }
    const ended = spawnSync(
      'bash',
      ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', step.run],
      { cwd, env },
    );
    const lines = existsSync(output) ? readFileSync(output, 'utf8').trim().split('\n') : [];
    outputs = Object.fromEntries(lines.map((line) => line.split('=')));
    return ended;
  };
  const bad = run({ paths: 'a b\nc\n', sarif: 'out.sarif', targets: 'podman' });
  assert.equal(bad.status, 1, bad.stderr.toString());
  assert.deepEqual(Object.keys(outputs).sort(), Object.keys(action.outputs).sort());
  assert.equal(outputs.errors, '1');
  assert.match(bad.stdout.toString(), /^::error file=a b\/deleted\.files,/m);
  const [result] = JSON.parse(readFileSync(join(cwd, 'out.sarif'), 'utf8')).runs[0].results;
  assert.equal(result.locations[0].physicalLocation.artifactLocation.uri, 'a%20b/deleted.files');
  assert.equal(run({ paths: '*/deleted.files', ignore: 'CKP4*' }).status, 0);
  assert.equal(run({ paths: 'c' }).status, 0);
  assert.doesNotMatch(
    run({ paths: '*/deleted.files', level: 'error', 'fail-on': 'none' }).stdout.toString(),
    /^::warning/m,
  );
  assert.match(
    readFileSync(join(cwd, 'calls'), 'utf8'),
    new RegExp(
      `^--yes --package container-checkpoint@${JSON.parse(file('package.json')).version} ckpt validate --format metrics --output \\S+/ckpt\\.prom --fail-on error --target podman --format sarif --output out\\.sarif -- a b c$`,
      'm',
    ),
  );
  copyFileSync(join(data, 'archives/crio.tar'), join(cwd, 'crio.tar'));
  const good = run({ paths: 'crio.tar', targets: 'cri-o' });
  assert.equal(good.status, 0, good.stderr.toString());
  const expected = { checkpoints: '1', unreadable: '0', errors: '0', verdict: 'restores' };
  assert.deepEqual({ ...outputs, warnings: undefined }, { ...expected, warnings: undefined });
  assert.equal(run({ paths: 'crio.tar', targets: 'cri-o,podman', 'fail-on': 'none' }).status, 0);
  assert.equal(outputs.verdict, 'fails');
  assert.equal(run({ paths: 'none.tar' }).status, 3);
  assert.deepEqual([outputs.unreadable, outputs.verdict], ['1', '']);
  const npx = folder({ npx: '#!/bin/sh\nexit 0\n' });
  chmodSync(join(npx, 'npx'), 0o755);
  copyFileSync(join(npx, 'npx'), join(cwd, 'bin/npx'));
  assert.equal(run({ paths: 'c' }).status, 4, 'what prints nothing has checked nothing');
});

test('the problem matcher finds every finding of the text', async () => {
  const { problemMatcher } = JSON.parse(file('.github/ckpt-matcher.json'));
  const cwd = folder({ 'config.dump': HOSTILE });
  const { stdout } = await ckpt(['validate', 'config.dump'], { cwd });
  const json = JSON.parse((await ckpt(['validate', '-f', 'json', 'config.dump'], { cwd })).stdout);
  const found = stdout.split('\n').flatMap((line) =>
    problemMatcher.flatMap(({ severity, pattern: [one] }) => {
      const match = new RegExp(one.regexp).exec(line);
      return match
        ? [
            [
              match[one.file],
              Number(match[one.line]),
              Number(match[one.column]),
              severity ?? match[one.severity],
              match[one.code],
            ],
          ]
        : [];
    }),
  );
  assert.deepEqual(
    found,
    json.results[0].report.findings.map(({ id, line, column, severity }) => [
      ...['config.dump', line, column],
      severity === 'info' ? 'notice' : severity,
      id,
    ]),
  );
  const [error] = problemMatcher;
  const member = new RegExp(error.pattern[0].regexp).exec(
    'a b.tar!x!config.dump:1:2: error: m [x] [CKP100]',
  );
  assert.deepEqual(member.slice(1), ['a b.tar', '1', '2', 'error', 'm [x]', 'CKP100']);
});

test('the pre-commit hook names files that validate takes', () => {
  const [hook] = parse(file('.pre-commit-hooks.yaml'));
  const { version } = JSON.parse(file('package.json'));
  assert.equal(hook.entry, `npx --yes --package container-checkpoint@${version} ckpt validate`);
  const files = new RegExp(hook.files);
  for (const name of [
    ...[
      'config.dump',
      'a/spec.dump',
      'checkpoint-web_default-c-2026.tar',
      'a/my-checkpoint.tar.zst',
    ],
    ...['x.ckpt.tgz', 'checkpoint.tar.xz'],
  ])
    assert.match(name, files);
  for (const name of [
    'my-config.dump',
    'status',
    'vendor.tar',
    'checkpoints/x.tar',
    'checkpoint.targ',
  ])
    assert.doesNotMatch(name, files);
});

test('an archive that is no checkpoint passes with --ignore CKP001; one that is damaged does not', async () => {
  const checkpoint = readFileSync(join(data, 'archives/crio.tar'));
  const cwd = folder({
    'vendor.tar': tar([['a.txt', 'x']]),
    'cut.tar': checkpoint.subarray(0, 9999),
  });
  const code = async (/** @type {string[]} */ ...args) =>
    (await ckpt(['validate', ...args], { cwd })).code;
  assert.equal(await code('vendor.tar'), 1);
  assert.equal(await code('vendor.tar', '--ignore', 'CKP001'), 0);
  assert.equal(await code('cut.tar', '--ignore', 'CKP001'), 1);
});

/**
 * Runs the pods of the Job over a folder, with `npx` as a script of ours.
 * @param {Record<string, string>} files @param {string} npx the script, after `shift 4`
 */
function runJob(files, npx) {
  const { spec } = parse(file('.github/kubernetes-job.yaml'));
  assert.equal(spec.completionMode, 'Indexed');
  const [container] = spec.template.spec.containers;
  assert.equal(Number(container.env[0].value), spec.completions);
  const cwd = folder({ 'bin/npx': `#!/bin/sh\nshift 4\n${npx}\n`, ...files });
  chmodSync(join(cwd, 'bin/npx'), 0o755);
  const script = container.args[0].replaceAll('/checkpoints', `${cwd}/in`);
  const pods = Array.from({ length: spec.completions }, (_, i) => {
    const env = environment({ SHARDS: '8', JOB_COMPLETION_INDEX: String(i) });
    env.PATH = `${join(cwd, 'bin')}:${env.PATH}`;
    const run = spawnSync(container.command[0], [...container.command.slice(1), script], { env });
    return { code: run.status, stdout: run.stdout.toString(), stderr: run.stderr.toString() };
  });
  return { cwd, pods };
}
const CKPT = `exec "${process.execPath}" "${program}" "$@"`;

test('the Kubernetes Job: its pods share all archives, one line for each', () => {
  const { cwd, pods } = runJob(
    {
      'in/a b.tar': 'x',
      'in/new\nline.tar': 'x',
      'in/-dash.tar.gz': 'x',
      'in/deep/d.tar': 'x',
      'in/readme': 'x',
    },
    CKPT,
  );
  for (const { code, stderr } of pods) assert.equal(code, 0, stderr);
  const lines = pods.flatMap(({ stdout }) =>
    stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line)),
  );
  const paths = lines.map(({ path }) => path.slice(cwd.length + 4));
  assert.deepEqual(paths.sort(), ['-dash.tar.gz', 'a b.tar', 'deep/d.tar', 'new\nline.tar']);
});

for (const [what, files, npx] of /** @type {[string, Record<string, string>, string][]} */ ([
  ['npm cannot get the package', { 'in/a.tar': 'x' }, 'exit 1'],
  ['the process crashes', { 'in/a.tar': 'x' }, 'echo "{}" | head -c 1; exit 134'],
  ['the process ends early without an error', { 'in/a.tar': 'x' }, 'exit 0'],
  ['there are no archives', { 'in/readme': 'x' }, CKPT],
  ['the folder is not mounted', {}, CKPT],
]))
  test(`the Kubernetes Job fails if ${what}`, () => {
    const { pods } = runJob(files, npx);
    assert.notEqual(pods[0].code, 0);
    assert.notEqual(pods[0].stderr, '');
  });

test('the Kubernetes Job runs this version', () =>
  assert.match(
    file('.github/kubernetes-job.yaml'),
    new RegExp(`container-checkpoint@${JSON.parse(file('package.json')).version} `),
  ));

test('metrics: the counts of all, written when all is done', async () => {
  const cwd = folder({ 'config.dump': '{', 'old.prom': 'old\n' });
  const args = ['--level', 'error', '--target', 'cri-o,podman', 'archives/crio.tar', 'codecs'];
  const { stdout } = await ckpt(['validate', '--format', 'metrics', ...args]);
  const { results } = JSON.parse((await ckpt(['validate', '--json', ...args.slice(2)])).stdout);
  const reports = results.flatMap((/** @type {any} */ { report }) => report ?? []);
  const value = (/** @type {string} */ name) =>
    Number(
      stdout
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    );
  const sum = (/** @type {(report: any) => number} */ of) =>
    reports.reduce((/** @type {number} */ all, /** @type {any} */ report) => all + of(report), 0);
  assert.equal(value('ckpt_checkpoints'), reports.length);
  for (const severity of ['error', 'warning', 'info'])
    assert.equal(
      value(`ckpt_findings{severity="${severity}"}`),
      sum(({ counts }) => counts[severity]),
    );
  for (const verdict of ['restores', 'fails'])
    assert.equal(
      value(`ckpt_verdicts{target="podman",verdict="${verdict}"}`),
      sum(({ targets }) => {
        const [{ verdict: own }] = targets.filter(
          (/** @type {any} */ { name }) => name === 'podman',
        );
        return Number(own === verdict);
      }),
    );
  const byRule = [...stdout.matchAll(/^ckpt_rule_findings\{.*\} (\d+)$/gm)];
  assert.equal(
    byRule.reduce((all, [, count]) => all + Number(count), 0),
    sum(({ counts }) => counts.error + counts.warning + counts.info),
  );
  // The file comes into being whole; a run that breaks off leaves the one before.
  const broken = await ckpt(['validate', '-o', 'old.prom', '--host', 'none', 'config.dump'], {
    cwd,
  });
  assert.notEqual(broken.code, 0);
  assert.equal(readFileSync(join(cwd, 'old.prom'), 'utf8'), 'old\n');
  await ckpt(['validate', '-o', 'old.prom', 'config.dump'], { cwd });
  assert.match(readFileSync(join(cwd, 'old.prom'), 'utf8'), /^ckpt_metadata_files 1$/m);
  assert.deepEqual(readdirSync(cwd).sort(), ['config.dump', 'old.prom']);
});
