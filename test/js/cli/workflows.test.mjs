// SPDX-License-Identifier: Apache-2.0
// What GitHub runs, and the image: against GitHub's own schemas, and each of its scripts that needs nothing but a shell.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { parse } from 'yaml';
import { environment, folder } from '../lib/cli-run.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const file = (/** @type {string} */ path) => readFileSync(join(root, path), 'utf8');
const WORKFLOWS = readdirSync(join(root, '.github/workflows')).map((name) => `workflows/${name}`);
const ACTION = 'actions/validate/action.yml';
const manifest = JSON.parse(file('package.json'));

/** GitHub's parser; its modules import JSON as only bundlers do. */
async function parser() {
  const outfile = join(folder(), 'parser.cjs');
  const from = '@actions/workflow-parser';
  await build({
    stdin: {
      contents: `export * from '${from}'; export { parseAction } from '${from}/actions/action-parser';`,
      resolveDir: root,
    },
    ...{ bundle: true, platform: 'node', format: 'cjs', outfile, logLevel: 'error' },
  });
  const made = createRequire(import.meta.url)(outfile);
  /** The errors of a file. @param {string} name @param {string} content @returns {Promise<string[]>} */
  return async (name, content) => {
    const how = name === ACTION ? made.parseAction : made.parseWorkflow;
    const { context, value } = how({ name, content }, new made.NoOperationTraceWriter());
    if (name !== ACTION && value) await made.convertWorkflowTemplate(context, value);
    return context.errors.getErrors().map((/** @type {Error} */ { message }) => message);
  };
}

test("the workflows and the action are what GitHub's schemas allow", async () => {
  const errors = await parser();
  for (const name of [...WORKFLOWS, ACTION])
    assert.deepEqual(await errors(name, file(`.github/${name}`)), [], name);
  const [workflow, action] = [file('.github/workflows/release.yml'), file(`.github/${ACTION}`)];
  for (const [name, text] of [
    ['release.yml', workflow.replace('runs-on:', 'runs_on:')],
    ['release.yml', workflow.replace('contents: read', 'contents: some')],
    ['ci.yml', file('.github/workflows/ci.yml').replace('run: .ci/run', 'run: ${{ github.( }}')],
    [ACTION, action.replace('using: composite', 'using: composed')],
    [ACTION, action.replace('shell: bash', 'shel: bash')],
  ])
    assert.notDeepEqual(await errors(name, text), [], text);
});

/** @type {{name: string, step: any}[]} */
const STEPS = [
  ...WORKFLOWS.flatMap((name) =>
    Object.values(parse(file(`.github/${name}`)).jobs).flatMap(({ steps }) =>
      steps.map((/** @type {any} */ step) => ({ name, step })),
    ),
  ),
  ...parse(file(`.github/${ACTION}`)).runs.steps.map((/** @type {any} */ step) => ({
    ...{ name: ACTION, step },
  })),
];

test('steps: shell without errors, files that exist, actions of GitHub of one version', () => {
  const versions = new Map();
  for (const { name, step } of STEPS) {
    if (step.uses) {
      const [, action, version] = /^(actions\/[a-z-]+)@(v\d+)$/.exec(step.uses) ?? [];
      assert.ok(action, step.uses);
      assert.equal(versions.get(action) ?? version, version);
      versions.set(action, version);
      continue;
    }
    assert.equal(spawnSync('bash', ['-n', '-c', step.run]).status, 0, `${name}: ${step.run}`);
    for (const [path] of step.run.matchAll(/(?<=^|\s)\.ci\/\w+/g)) assert.ok(file(path), path);
    for (const [, target] of step.run.matchAll(/^make (\S+)$/gm))
      assert.match(file('Makefile'), new RegExp(`^${target}:`, 'm'));
    // What others wrote (titles, names of branches) never becomes part of a script.
    assert.doesNotMatch(step.run, /\$\{\{/);
  }
});

test('shellcheck finds nothing in the steps', (t) => {
  if (spawnSync('shellcheck', ['--version']).error) return t.skip('there is no shellcheck');
  for (const { step } of STEPS)
    if (step.run) execFileSync('shellcheck', ['-s', 'bash', '-'], { input: step.run });
});

test('the release: only a tag of the version, in the repository of package.json, with provenance', () => {
  const { on, jobs } = parse(file('.github/workflows/release.yml'));
  assert.deepEqual(on, { push: { tags: ['v[0-9]+.[0-9]+.[0-9]+'] } });
  assert.equal(jobs.publish.permissions['id-token'], 'write');
  const scripts = jobs.publish.steps.map((/** @type {any} */ { run }) => run ?? '');
  assert.match(scripts.join('\n'), /^\.ci\/run\nnpm publish --provenance --access public$/m);
  const script = scripts.find((/** @type {string} */ run) => run.includes('GITHUB_REF_NAME'));
  const run = (
    /** @type {string} */ tag,
    repository = 'somebody/ckpt',
    url = 'git+https://github.com/somebody/ckpt.git',
  ) => {
    const cwd = folder({
      'package.json': JSON.stringify({ ...manifest, repository: { type: 'git', url } }),
    });
    const given = { GITHUB_REF_NAME: tag, GITHUB_REPOSITORY: repository, GITHUB_WORKSPACE: cwd };
    // As the runner calls it; what git remembers is forgotten with the folder.
    const env = environment({ ...given, HOME: cwd, GIT_CONFIG_GLOBAL: join(cwd, 'gitconfig') });
    const args = ['--noprofile', '--norc', '-e', '-o', 'pipefail', '-c', script];
    return spawnSync('bash', args, { cwd, env }).status;
  };
  assert.equal(run(`v${manifest.version}`), 0);
  assert.notEqual(run('v9.9.9'), 0);
  assert.notEqual(run(manifest.version), 0);
  assert.notEqual(run(`v${manifest.version}`, 'somebody/fork'), 0);
  // The place holder, until somebody owns it.
  assert.notEqual(run(`v${manifest.version}`, undefined, manifest.repository.url), 0);
});

test('npm version: one version wherever it is named, and a section of the CHANGELOG', () => {
  const names = [
    ...['README.md', '.pre-commit-hooks.yaml', 'CHANGELOG.md', '.github/kubernetes-job.yaml'],
    `.github/${ACTION}`,
  ];
  const cwd = folder({
    ...Object.fromEntries(names.map((name) => [name, file(name)])),
    'package.json': JSON.stringify({ ...manifest, version: '9.8.7' }),
    'CHANGELOG.md': '# Changelog\n\n## Unreleased\n\n- New.\n\n## 0.1.0\n\n- Old.\n',
  });
  assert.equal(manifest.scripts.version, 'node .ci/set-version.mjs');
  execFileSync(process.execPath, [join(root, '.ci/set-version.mjs'), cwd]);
  for (const name of names.filter((one) => one !== 'CHANGELOG.md')) {
    const after = readFileSync(join(cwd, name), 'utf8');
    assert.notEqual(after, file(name), name);
    assert.equal(after.replaceAll('9.8.7', manifest.version), file(name), name);
  }
  assert.match(
    readFileSync(join(cwd, 'CHANGELOG.md'), 'utf8'),
    /^# Changelog\n\n## 9\.8\.7 - \d{4}-\d\d-\d\d\n\n- New\.\n\n## 0\.1\.0\n\n- Old\.\n$/,
  );
  assert.equal(
    file('CHANGELOG.md')
      .match(/^## \S+/gm)
      ?.at(-1),
    '## 0.1.0',
  );
});

test('the image: Debian, not root; its links lead to the command of the package', () => {
  const recipe = file('.github/Containerfile').replace(/\\\n/g, '');
  const lines = recipe.split('\n').filter((line) => line && !line.startsWith('#'));
  const known = /^(FROM|RUN|ADD|USER|WORKDIR|ENTRYPOINT|CMD) \S/;
  for (const line of lines) assert.match(line, known);
  assert.match(recipe, /^FROM docker\.io\/library\/debian:\d+-slim$/m);
  assert.match(recipe, /^USER [1-9]\d*:[1-9]\d*$/m);
  for (const [, list] of recipe.matchAll(/^(?:ENTRYPOINT|CMD) (.*)$/gm))
    assert.ok(Array.isArray(JSON.parse(list)));
  assert.match(recipe, /^ENTRYPOINT \["ckpt"\]$/m);
  assert.ok(file('.ci/image').includes('-f .github/Containerfile'));

  // What it does behind apt-get, in a folder: the package as npm packs it, unpacked, and the links.
  const at = folder();
  for (const name of ['opt', 'usr/local/bin']) mkdirSync(join(at, name), { recursive: true });
  execFileSync('npm', ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', at], {
    cwd: root,
    env: environment(),
  });
  const [tarball] = readdirSync(at).filter((name) => name.endsWith('.tgz'));
  const [, into] = /^ADD container-checkpoint\.tgz (\S+)$/m.exec(recipe) ?? [];
  execFileSync('tar', ['-xzf', tarball, '-C', join(at, into)], { cwd: at });
  const env = environment();
  env.PATH = `${join(at, 'usr/local/bin')}:${env.PATH}`;
  const runs = [...recipe.matchAll(/^RUN (.*)$/gm)].map(([, run]) => run);
  const [apt, links] = runs;
  assert.equal(runs.length, 2);
  assert.match(apt, /^apt-get update +&& apt-get install -y --no-install-recommends nodejs +&& /);
  const script = links.replaceAll(' /opt/', ` ${at}/opt/`).replaceAll(' /usr/', ` ${at}/usr/`);
  assert.equal(
    execFileSync('sh', ['-c', script], { env }).toString(),
    `ckpt ${manifest.version}\n`,
  );
  for (const [command, ...args] of [
    ['ckpt', '--help'],
    ['checkpointctl', 'show', '--help'],
  ]) {
    const { status, stdout } = spawnSync(command, args, { env, cwd: at });
    assert.equal(status, 0, command);
    assert.ok(stdout.toString().includes(command));
  }
  const { bin } = manifest;
  // One command by two names: npx takes it by the name of the package, kubectl finds its plugin.
  assert.equal(bin['kubectl-ckpt'], bin.ckpt);
  assert.ok(recipe.includes(`/opt/package/${bin.ckpt} `));
});
