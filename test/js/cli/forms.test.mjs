// SPDX-License-Identifier: Apache-2.0
// Every command: the forms of what it prints, and the forms in which a file is given to it. A new command must be in
// one of these tables.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMANDS } from '../../../wasm/cli/commands.js';
import { csvOf } from '../../../wasm/cli/rows.js';
import { archives, checkpoint, config, tar } from '../lib/cli-archives.mjs';
import { ckpt, data, folder } from '../lib/cli-run.mjs';

const NAME = 'only/multi.tar.gz';
const IMAGE = 'image.oci.tar';
const cwd = folder({});
mkdirSync(join(cwd, 'only'));
mkdirSync(join(cwd, 'two'));
copyFileSync(join(archives, 'multi-gzip.tar.gz'), join(cwd, NAME));
copyFileSync(join(archives, 'simple-image.oci.tar'), join(cwd, IMAGE));
for (const name of ['simple-gzip.tar.gz', 'crio.tar'])
  copyFileSync(join(archives, name), join(cwd, 'two', name));
copyFileSync(join(archives, 'simple-none.tar'), join(cwd, 'b.tar'));
const input = readFileSync(join(cwd, NAME));

/** `FILE` stands for the file. @type {Record<string, string[]>} */
const ROWS = {
  show: ['FILE'],
  list: ['FILE'],
  ls: ['FILE'],
  hash: ['--members', 'FILE'],
  ps: ['FILE'],
  files: ['FILE'],
  sockets: ['FILE'],
  mounts: ['FILE'],
  ns: ['FILE'],
  maps: ['FILE'],
  search: ['FILE', 'bin'],
  strings: ['FILE'],
  memparse: ['FILE'],
  size: ['FILE'],
  cpu: ['FILE'],
  info: ['FILE!checkpoint/inventory.img', 'FILE!checkpoint/pstree.img'],
  explain: ['CKP109', 'CKP110'],
  rules: ['CKP1'],
  plugin: ['list'],
};
/** What prints no rows, and why. @type {Record<string, string>} */
const NO_ROWS = {
  inspect: 'a tree for each container; json, jsonl, and rows with what is chief',
  diff: 'a tree of what differs; json',
  cat: 'bytes',
  memory: 'bytes',
  core: 'writes a file',
  view: 'writes a page',
  build: 'writes a file; json tells about it',
  unbuild: 'writes a file; json tells about it',
  redact: 'writes a file; json tells about it',
  convert: 'writes a file; json tells about it',
  validate: 'reports, in the forms of tools for reports',
  host: 'a script',
  decode: 'is JSON',
  encode: 'an image',
  x: "crit's own form; ps, files, maps and sockets have the others",
  completion: 'a script',
};

test('each command prints rows in all forms, or is known not to', () => {
  for (const { name, options } of COMMANDS) {
    assert.ok(name in ROWS !== name in NO_ROWS, name);
    const choices = options.find((option) => option.name === 'format')?.choices ?? [];
    if (name in ROWS)
      for (const form of ['table', 'json', 'jsonl', 'csv'])
        assert.ok(choices.includes(form), `${name} ${form}`);
    // --json is short for it wherever there is JSON.
    const short = options.some((option) => option.name === 'json');
    assert.equal(choices.includes('json'), short, name);
  }
});

/** @param {string} text RFC 4180 @returns {string[][]} */
function parsedCsv(text) {
  /** @type {string[][]} */
  const lines = [];
  const line = [];
  for (const [, quoted, plain, end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g,
  )) {
    line.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== ',') lines.push(line.splice(0));
  }
  assert.ok(text === '' || text.endsWith('\r\n'));
  return lines;
}
const linesOf = (/** @type {string} */ text) =>
  text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));

for (const [name, args] of Object.entries(ROWS))
  test(`${name}: json, jsonl, csv and table`, async () => {
    const run = async (/** @type {string[]} */ ...options) => {
      const line = [name, ...options, ...args.map((arg) => arg.replace('FILE', NAME))];
      const { code, stdout, stderr } = await ckpt(line, { cwd, env: { PATH: '' } });
      assert.deepEqual([code, stderr], [0, ''], line.join(' '));
      return stdout;
    };
    const usual = await run();
    assert.equal(await run('--format', 'table'), usual);
    const json = await run('--format', 'json');
    assert.equal(await run('--json'), json);
    const rows = linesOf(await run('--format', 'jsonl'));
    const table = parsedCsv(await run('--format', 'csv'));
    if (name === 'plugin')
      return assert.deepEqual([JSON.parse(json).plugins, rows, table], [[], [], []]);
    assert.ok(rows.length > 0 && table.length > 1);
    for (const line of table) assert.equal(line.length, table[0].length);
    if (name === 'hash') return assert.equal(table.length - 2, rows[0].members.length);
    if (name === 'size') return assert.equal(table.length - 1, rows[0].processes.length);
    assert.equal(table.length - 1, rows.length);
    if (name === 'info') return assert.deepEqual(linesOf(json), rows);
    const document = JSON.parse(json);
    const list = Array.isArray(document) ? document : Object.values(document)[0];
    assert.deepEqual(list, rows);
    return undefined;
  });

test('inspect: a line for each container', async () => {
  const { stdout } = await ckpt(['inspect', '--all', '--format', 'jsonl', NAME, 'b.tar'], { cwd });
  const { stdout: whole } = await ckpt(['inspect', '--all', '--json', NAME, 'b.tar'], { cwd });
  assert.deepEqual(linesOf(stdout), JSON.parse(whole));
});

test('inspect: a row for each container, as a table and as CSV; lists have no place in it', async () => {
  const run = (/** @type {string[]} */ ...args) => ckpt(['inspect', ...args, NAME, IMAGE], { cwd });
  const csv = parsedCsv((await run('--format', 'csv')).stdout);
  assert.deepEqual(csv[0].slice(0, 3), ['path', 'container', 'pod']);
  assert.deepEqual(
    csv.slice(1).map(([path, container]) => [path, container]),
    [
      [NAME, 'multi'],
      [IMAGE, 'simple-restored'],
    ],
  );
  const stats = parsedCsv((await run('--stats', '-f', 'csv')).stdout);
  assert.deepEqual(stats[0].slice(0, csv[0].length), csv[0]);
  assert.ok(stats[0].includes('pages_written') && stats[1].length === stats[0].length);
  const table = (await run('--format', 'table')).stdout.trimEnd().split('\n');
  assert.equal(table.length, 3);
  assert.match(table[0], /^CONTAINER +POD +NAMESPACE +IMAGE .* FILE$/);
  for (const [args, said] of /** @type {[string[], RegExp][]} */ ([
    [
      ['--files', '-f', 'csv'],
      /no place for --files: use "ckpt files", or use --format tree, json or jsonl/,
    ],
    [['--all', '-f', 'table'], /no place for --all: use --format tree/],
    [['--pid', '1', '-f', 'csv'], /no place for --pid: use --format tree/],
  ])) {
    const { code, stderr } = await run(...args);
    assert.equal(code, 2);
    assert.match(stderr, said);
  }
});

test('of several files each row says which one it is of, also if one cannot be read', async () => {
  for (const name of [
    'ps',
    'files',
    'sockets',
    'mounts',
    'ns',
    'maps',
    'memparse',
    'cpu',
    'size',
    'show',
  ])
    for (const form of ['json', 'jsonl', 'csv']) {
      const of = async (/** @type {string[]} */ ...files) =>
        (await ckpt([name, '--format', form, ...files], { cwd })).stdout;
      if ((await of('b.tar')).length < 100) continue; // it has no sockets
      const both = await of('b.tar', NAME);
      assert.ok(both.includes('b.tar') && both.includes(NAME), `${name} ${form}`);
      const one = await of('b.tar', 'none.tar');
      assert.ok(one.includes('b.tar'), `${name} ${form}`);
    }
});

test('csv: texts are quoted, and none is a formula', () => {
  const texts = [
    'a,b',
    'say "x"',
    'two\nlines',
    '=1+1',
    '+1',
    '-1',
    '@x',
    '\t=1',
    '-',
    "'",
    '',
    'é',
  ];
  const rows = texts.map((text) => ({ text, number: -1, big: -2n, list: ['=x', 'y'], none: null }));
  const [header, ...lines] = parsedCsv(csvOf(rows));
  assert.deepEqual(header, ['text', 'number', 'big', 'list', 'none']);
  assert.deepEqual(
    lines.map(([text]) => text),
    ['a,b', 'say "x"', 'two\\nlines', "'=1+1", "'+1", "'-1", "'@x", '\\t=1', '-', "'", '', 'é'],
  );
  for (const line of lines) assert.deepEqual(line.slice(1), ['-1', '-2', "'=x y", '']);
  assert.deepEqual(parsedCsv(csvOf([{ a: 1 }, { b: 2 }])), [
    ['a', 'b'],
    ['1', ''],
    ['', '2'],
  ]);
});

/**
 * How a file can be given: what each command does with a folder of archives, a pattern, standard input and FILE!NAME. same: what it
 * prints of the file itself; a number: the exit code of a refusal.
 * @typedef {'same' | number} Outcome
 * @type {Record<string, {args: string[], folder: Outcome, pattern: Outcome, stdin: Outcome, member: Outcome}>}
 */
const MANY = /** @type {const} */ ({
  folder: 'same',
  pattern: 'same',
  stdin: 'same',
  member: 'same',
});
const ONE = /** @type {const} */ ({ ...MANY, folder: 1 });
const GIVEN = {
  show: { args: ['FILE'], ...MANY },
  inspect: { args: ['--all', 'FILE'], ...MANY },
  list: { args: ['--json', 'FILE'], ...MANY, stdin: 'other' },
  ls: { args: ['FILE'], ...ONE, folder: 'other' },
  cat: { args: ['FILE', 'checkpoint/pages-1.img'], ...ONE },
  hash: { args: ['FILE'], ...MANY, member: 1 },
  build: { args: ['FILE', 'out/x.tar'], ...ONE },
  redact: { args: ['FILE', '-o', 'out/x.tar'], ...ONE, folder: 'other' },
  convert: { args: ['--compress', 'none', 'FILE', 'out/x.tar'], ...ONE, folder: 'other' },
  ps: { args: ['FILE'], ...MANY },
  files: { args: ['FILE'], ...MANY },
  sockets: { args: ['FILE'], ...MANY },
  mounts: { args: ['FILE'], ...MANY },
  ns: { args: ['FILE'], ...MANY },
  diff: { args: ['FILE', 'b.tar'], ...MANY, folder: 'other' },
  maps: { args: ['FILE'], ...MANY },
  memory: { args: ['--pid', '1', 'FILE'], ...ONE },
  search: { args: ['FILE', 'bin'], ...MANY },
  strings: { args: ['FILE'], ...MANY },
  core: { args: ['--pid', '1', '-o', 'out/x.core', 'FILE'], ...ONE },
  memparse: { args: ['FILE'], ...MANY },
  size: { args: ['FILE'], ...MANY },
  cpu: { args: ['FILE'], ...MANY },
  validate: { args: ['--summary', 'FILE'], ...MANY },
  host: { args: ['FILE'], ...MANY },
  x: { args: ['ps', 'FILE'], ...ONE },
  decode: { args: ['--format', 'jsonl', 'FILE'], ...MANY, folder: 'other', member: 'other' },
};
/** Not of checkpoints, or tested elsewhere. */
const ELSEWHERE = ['unbuild', 'view', 'info', 'encode', 'explain', 'rules', 'completion', 'plugin'];

test('each command is in the table of forms', () => {
  const names = COMMANDS.map(({ name }) => name).sort();
  assert.deepEqual([...Object.keys(GIVEN), ...ELSEWHERE].sort(), names);
});

const shown = (/** @type {string} */ text) =>
  text
    .replaceAll(NAME, 'FILE')
    .replaceAll('<stdin>', 'FILE')
    .replaceAll(/"(path|file)": ?"-"/g, '"$1":"FILE"')
    .replaceAll(/(?<=^|from | {2})-(?=:|$)/gm, 'FILE');

for (const [name, { args, ...outcomes }] of Object.entries(GIVEN))
  test(`${name}: a file, a folder, a pattern, standard input, FILE!NAME`, async () => {
    /** @param {string} file @param {string} [more] */
    const run = async (file, more) => {
      rmSync(join(cwd, 'out'), { recursive: true, force: true });
      mkdirSync(join(cwd, 'out'));
      const line = [
        name,
        ...(more ? [more] : []),
        ...args.map((arg) => (arg === 'FILE' ? file : arg)),
      ];
      const ended = await ckpt(line, { cwd, ...(file === '-' && { input }) });
      const written = readdirSync(join(cwd, 'out'));
      return { ...ended, written, said: `${line.join(' ')}: ${ended.stderr}` };
    };
    const file = await run(NAME);
    assert.ok(file.stdout.length + file.written.length > 0, file.said);
    const compare = async (/** @type {string} */ given, /** @type {any} */ outcome) => {
      if (outcome === 'other') return;
      const ended = await run(given);
      if (typeof outcome === 'number') {
        assert.equal(ended.code, outcome, ended.said);
        assert.doesNotMatch(ended.stderr, /internal error/);
        assert.ok(ended.stderr + ended.stdout !== '', ended.said);
        return;
      }
      assert.equal(ended.code, file.code, ended.said);
      assert.deepEqual(ended.written, file.written);
      // Standard input has no mode and no times of its own.
      if (given === '-' && ['validate', 'diff', 'inspect', 'show'].includes(name)) return;
      assert.equal(shown(ended.stdout), shown(file.stdout), ended.said);
    };
    await compare('only', outcomes.folder);
    await compare('only/*.tar.gz', outcomes.pattern);
    await compare('-', outcomes.stdin);
    if (outcomes.member === 'other') return;
    const member = await run(`${IMAGE}!1`);
    if (typeof outcomes.member === 'number') {
      assert.equal(member.code, outcomes.member, member.said);
      return;
    }
    const whole = await run(IMAGE);
    assert.equal(member.code, whole.code, member.said);
    assert.deepEqual(member.written, whole.written, member.said);
  });

test('a folder of archives stands for them, a checkpoint that is unpacked for itself', async () => {
  const { stdout } = await ckpt(['show', '--format', 'jsonl', 'two'], { cwd });
  assert.deepEqual(
    linesOf(stdout).map(({ path }) => path),
    ['two/crio.tar', 'two/simple-gzip.tar.gz'],
  );
  const dump = join(data, 'dumps/bare-files');
  assert.equal((await ckpt(['ps', dump], { cwd })).code, 0);
  const none = await ckpt(['show', 'out'], { cwd });
  assert.equal(none.code, 1);
});

test('a pattern of several files is refused where one is wanted', async () => {
  const { code, stderr } = await ckpt(['cat', 'two/*', 'config.dump'], { cwd });
  assert.equal(code, 2);
  assert.match(stderr, /two\/\* matches 2 files, and one is wanted: two\/crio\.tar, two\//);
  const member = await ckpt(['cat', 'two/c*!config.dump'], { cwd });
  const plain = await ckpt(['cat', 'two/crio.tar', 'config.dump'], { cwd });
  assert.equal(member.stdout, plain.stdout);
});

test('FILE!NAME: containers by name and number; what is not there is said', async () => {
  const good = await ckpt(['show', '--json', `${IMAGE}!simple-restored`], { cwd });
  assert.equal(JSON.parse(good.stdout).checkpoints[0].path, `${IMAGE}!simple-restored`);
  const none = await ckpt(['ps', `${IMAGE}!other`], { cwd });
  assert.deepEqual(
    [none.code, none.stderr],
    [1, `ckpt: ${IMAGE}!other: there is no such container; there are 1 (simple-restored)\n`],
  );
  const plain = await ckpt(['ps', 'b.tar!x'], { cwd });
  assert.deepEqual(
    [plain.code, plain.stderr],
    [1, 'ckpt: b.tar!x: there is no container inside of b.tar: give b.tar itself\n'],
  );
});

/** A pod of two containers, one in a folder and one in an archive, as its manifest says. */
const POD = 'pod.tar';
const member = (/** @type {string} */ name) => readFileSync(join(cwd, name));
writeFileSync(
  join(cwd, POD),
  tar([
    ['pod.options', JSON.stringify({ version: 1, containers: { web: 'web' } })],
    ...checkpoint().map(([name, entry]) => /** @type {[string, any]} */ ([`web/${name}`, entry])),
    ['containers/db.tar', member('b.tar')],
  ]),
);
writeFileSync(join(cwd, 'bundle.tar'), tar([['dumps/b.tar', member('b.tar')]]));

/** What `ckpt validate` says of one operand. @param {string[]} args @param {Uint8Array} [stdin] @returns {Promise<any>} */
async function validated(args, stdin) {
  const line = ['validate', '--json', '--ignore', 'CKP009', ...args];
  const { stdout } = await ckpt(line, { cwd, ...(stdin && { input: stdin }) });
  return JSON.parse(stdout).results;
}

test('validate FILE!MEMBER: a metadata file is checked as if it lay there alone', async () => {
  const wrong = tar(checkpoint({ 'config.dump': '{\n  "id": 1\n}' }));
  writeFileSync(join(cwd, 'wrong.tar'), wrong);
  writeFileSync(join(cwd, 'config.dump'), '{\n  "id": 1\n}');
  const [alone] = await validated(['config.dump']);
  for (const [args, stdin] of /** @type {[string[], Buffer?][]} */ ([
    [['wrong.tar!config.dump']],
    [['wrong.t?r!./config.dump']],
    [['-!config.dump'], wrong],
  ])) {
    const [one] = await validated(args, stdin);
    assert.deepEqual(one.report, alone.report, args[0]);
    assert.match(Object.values(one.files)[0], /^(wrong\.tar|<stdin>)!config\.dump$/);
  }
  const line = await ckpt(['validate', '--only', 'CKP100', 'wrong.tar!config.dump'], { cwd });
  assert.match(line.stdout, /^wrong\.tar!config\.dump:2:9: error: /);
  const [below] = await validated([`${POD}!web/config.dump`]);
  assert.equal(below.path, `${POD}!web/config.dump`);
  assert.deepEqual(below.files, { 'config.dump': `${POD}!web/config.dump` });
  const [kind] = await validated(['--kind', 'spec.dump', 'b.tar!config.dump']);
  assert.deepEqual(Object.keys(kind.files), ['spec.dump']);
});

test('validate FILE!NAME: a container is checked with what is around it', async () => {
  const [{ report: pod }] = await validated([POD]);
  assert.equal(pod.containers.length, 2);
  for (const [i, name] of ['web', 'containers/db.tar'].entries()) {
    const [one] = await validated([`${POD}!${i + 1}`]);
    assert.equal(one.path, `${POD}!${i + 1}`);
    assert.deepEqual(one.report, { ...pod, containers: [pod.containers[i]] }, name);
  }
  const [folderOfIt] = await validated([`${POD}!web`]);
  assert.deepEqual(folderOfIt.report.containers, [pod.containers[0]]);
  // Of a pod that is damaged nothing is better than the pod.
  writeFileSync(join(cwd, 'cut.tar'), member(POD).subarray(0, -3000));
  const [cut] = await validated(['cut.tar!web']);
  assert.ok(cut.report.counts.error > 0);
});

test('validate FILE!MEMBER: an archive inside is checked as the file itself', async () => {
  const [{ report }] = await validated(['b.tar']);
  const [one] = await validated(['bundle.tar!dumps/b.tar']);
  assert.deepEqual(one.report.targets, report.targets);
  assert.deepEqual(one.report.counts, report.counts);
  const { stdout } = await ckpt(['validate', 'bundle.tar!dumps/b.tar'], { cwd });
  assert.match(stdout, /^bundle\.tar!dumps\/b\.tar!config\.dump:/m);
});

test('what is not there, or cannot be checked, is said with what to do', async () => {
  for (const [operand, said] of [
    ['b.tar!config.dum', 'there is no member config.dum; did you mean config.dump?'],
    ['b.tar!nothing', 'there is no member nothing; "ckpt ls" lists the members'],
    ['b.tar!checkpoint', 'is no regular file (directory)'],
    [
      'b.tar!checkpoint/core-1.img',
      'is one CRIU image, which is checked with its checkpoint: give b.tar',
    ],
    [
      `${POD}!3`,
      /^there is neither a member nor a container 3; there are the containers 1 \(web\), 2 /,
    ],
    ['none.tar!config.dump', 'no such file or directory'],
  ]) {
    const { code, stderr } = await ckpt(['validate', String(operand)], { cwd });
    assert.equal(code, 3);
    const [, why] = /^[^:]*: unreadable: (.*)\n$/.exec(stderr) ?? [];
    if (typeof said === 'string') assert.equal(why, said);
    else assert.match(String(why), said);
  }
});

test('a member of a container; a container where a member is wanted; a copy of a part', async () => {
  const run = (/** @type {string[]} */ ...args) => ckpt(args, { cwd });
  assert.equal((await run('cat', `${POD}!1!config.dump`)).stdout, config);
  assert.equal((await run('ls', `${POD}!web`)).stdout, (await run('ls', '-c', '1', POD)).stdout);
  const hash = await run('hash', `${POD}!web/config.dump`);
  assert.equal(
    hash.stdout,
    `${createHash('sha256').update(config).digest('hex')}  ${POD}!web/config.dump\n`,
  );
  const none = await run('cat', `${POD}!1`);
  assert.deepEqual(
    [none.code, none.stderr],
    [1, `ckpt: ${POD}!1: is a container, no member; "ckpt ls" lists what is in it\n`],
  );
  for (const args of [
    ['build', `${POD}!1`, 'new.tar'],
    ['redact', `${POD}!1`, '-o', 'new.tar'],
    ['convert', '--compress', 'gzip', `${POD}!1`, 'new.tar'],
  ]) {
    const { code, stderr } = await run(...args);
    assert.equal(code, 1);
    assert.match(stderr, /^ckpt: pod\.tar!1: is the folder web of an archive: unpack that/);
  }
  const over = await run('convert', '--compress', 'gzip', `${POD}!2`, POD);
  assert.equal(over.code, 2);
  assert.match(over.stderr, /is the input; it is not written over/);
  const json = await run('encode', 'b.tar!config.dump');
  assert.equal(json.code, 2);
  assert.match(json.stderr, /use "ckpt cat FILE!MEMBER \| ckpt encode -"/);
});

test('hash of a folder: its files, as sha256sum checks them; one that is no checkpoint is refused', async () => {
  const at = folder({ 'dump/config.dump': config, 'dump/checkpoint/x.img': 'x', 'other/y': 'y' });
  const of = (/** @type {string} */ text) => createHash('sha256').update(text).digest('hex');
  const { code, stdout } = await ckpt(['hash', 'dump'], { cwd: at });
  assert.equal(code, 0);
  assert.equal(stdout, `${of('x')}  dump/checkpoint/x.img\n${of(config)}  dump/config.dump\n`);
  const rows = linesOf((await ckpt(['hash', '--json', 'dump/'], { cwd: at })).stdout);
  assert.deepEqual(rows, [
    { file: 'dump/checkpoint/x.img', sha256: of('x'), size: 1 },
    { file: 'dump/config.dump', sha256: of(config), size: config.length },
  ]);
  const none = await ckpt(['hash', 'other'], { cwd: at });
  assert.deepEqual(
    [none.code, none.stdout, none.stderr],
    [
      2,
      '',
      'ckpt: other: is a folder without a checkpoint or archives: give the files that are meant\n',
    ],
  );
});

/** What a command does not take: its exit code, and what it says to do instead. @type {[string[], number, RegExp][]} */
const REFUSED = [
  [['decode', 'b.tar'], 2, /is an archive; give FILE!MEMBER, or --format jsonl/],
  [['decode', 'two'], 2, /is a folder; give files in it, or --format jsonl/],
  [['decode', 'b.tar!checkpoint/*.img'], 1, /there is no member .*; --format jsonl takes patterns/],
  [['info', 'two'], 2, /is a folder; give images in it, or ARCHIVE!MEMBER/],
  [['info', 'b.tar!none'], 1, /there is no member none/],
  [['unbuild', 'b.tar', 'new.tar'], 1, /is no image with a checkpoint in it/],
  [['unbuild', 'two/*', 'new.tar'], 2, /matches 2 files, and one is wanted/],
  [
    ['unbuild', 'b.tar!config.dump', 'new.tar'],
    1,
    /no container inside of b\.tar: give b\.tar itself/,
  ],
  [['view', '-o', 'page.html', 'none.tar'], 3, /no such file or directory/],
  [['x', 'ps', 'two/*'], 2, /matches 2 files, and one is wanted/],
  [['hash', `${IMAGE}!1`], 1, /is a container, no member; "ckpt ls" lists what is in it/],
];

for (const [args, code, said] of REFUSED)
  test(`what it does not take is said, with what to do: ckpt ${args.join(' ')}`, async () => {
    const ended = await ckpt(args, { cwd });
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stderr, said);
    assert.doesNotMatch(ended.stderr, /internal error/);
  });

test('info, decode and view take FILE!MEMBER, also of standard input', async () => {
  const inventory = 'checkpoint/inventory.img';
  for (const name of ['info', 'decode']) {
    const file = await ckpt([name, `b.tar!${inventory}`], { cwd });
    const piped = await ckpt([name, `-!${inventory}`], { cwd, input: member('b.tar') });
    assert.deepEqual([file.code, piped.code], [0, 0]);
    assert.equal(piped.stdout.replace(/^-!/, 'b.tar!'), file.stdout);
  }
  const view = await ckpt(['view', '-o', 'page.html', 'b.tar!config.dump'], { cwd });
  assert.deepEqual([view.code, view.stdout], [0, 'page.html\n']);
  assert.ok(readFileSync(join(cwd, 'page.html'), 'utf8').includes('"name":"b.tar!config.dump"'));
});
