// SPDX-License-Identifier: Apache-2.0
// README.md: each command prints what is shown, byte by byte, each program runs, and what it names is there.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { Buffer } from 'node:buffer';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import Ajv from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { COMMANDS } from '../../../wasm/cli/commands.js';
import { readArguments } from '../../../wasm/cli/options.js';
import { data, environment, folder } from '../lib/cli-run.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const text = readFileSync(join(root, 'README.md'), 'utf8');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
/** The blocks of one language. @param {string} language */
const blocks = (language) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, block]) => block,
  );

/** The archive with "sha256:" before the image id of config.dump, which CRI-O does not take. @param {Buffer} archive */
function spoilt(archive) {
  const at = archive.indexOf('config.dump\0') + 512;
  const size = parseInt(archive.toString('latin1', at - 388, at - 376), 8);
  const [before, after] = [archive.subarray(0, at), archive.subarray(at + size)];
  const content = archive
    .toString('utf8', at, at + size)
    .replace('"rootfsImageRef": "', '$&sha256:');
  const head = Buffer.from(before.subarray(at - 512));
  head.write(Buffer.byteLength(content).toString(8).padStart(11, '0'), 124);
  head.write('        ', 148);
  const sum = head.reduce((all, byte) => all + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0`, 148);
  const padding = (/** @type {number} */ length) => -length & 511;
  return Buffer.concat([
    before.subarray(0, at - 512),
    head,
    Buffer.from(content),
    Buffer.alloc(padding(Buffer.byteLength(content))),
    after.subarray(padding(size)),
  ]);
}

/** A folder as a reader has it: the checkpoints that README names, the package, and `ckpt` in PATH. */
function place() {
  const at = folder();
  const archive = (/** @type {string} */ name) => readFileSync(join(data, 'archives', name));
  const write = (/** @type {string} */ name, /** @type {Uint8Array} */ bytes) =>
    writeFileSync(join(at, name), bytes, { mode: 0o600 }); // CKP009 is about others that may read it
  for (const name of ['crio.tar', 'simple-zstd.tar.zst']) write(name, archive(name));
  write('dump.tar', spoilt(archive('crio.tar')));
  cpSync(join(data, 'example'), join(at, 'test/data/example'), { recursive: true });
  for (const name of ['home/bin', 'bin', 'node_modules'])
    mkdirSync(join(at, name), { recursive: true });
  symlinkSync(join(root, manifest.bin.ckpt), join(at, 'bin/ckpt'));
  symlinkSync(root, join(at, 'node_modules/container-checkpoint'));
  const env = environment({ HOME: join(at, 'home') });
  env.PATH = `${at}/home/bin:${at}/bin:${env.PATH}`;
  return { at, env };
}

test('what a shell prints', (t) => {
  const { at, env } = place();
  const examples = blocks('console');
  assert.ok(examples.length >= 5);
  for (const block of examples) {
    const commands = block.split('\n').filter((line) => line.startsWith('$ '));
    // Each command is printed before it runs; what the one before it ended with is kept for `$?`.
    const script = commands.flatMap((line) => [
      `{ code=$?; printf '%s\\n' ${JSON.stringify(line).replace(/[`$]/g, '\\$&')}; (exit "$code"); }`,
      line.slice(2),
    ]);
    const { stdout } = spawnSync('bash', ['-c', `exec 2>&1\n${script.join('\n')}`], {
      ...{ cwd: at, env },
    });
    // A file as Go writes it has no newline at its end.
    assert.equal(stdout.toString().replace(/(?<!\n)$/, '\n'), block);
  }
  t.diagnostic(`${examples.length} examples`);
});

test('the programs run, and values are what their comments say', () => {
  const { at, env } = place();
  const [first, ...more] = blocks('js');
  const started = /StartedAt; \/\/ (\d+)n/.exec(first)?.[1];
  assert.ok(started);
  const program = [
    `const bytes = new TextEncoder().encode('{"StartedAt": ${started}}');`,
    'const { signal } = new AbortController(), onProgress = () => {};',
    first.replace(/^status\.StartedAt;.*$/m, `if (status.StartedAt !== ${started}n) throw 1;`),
    ...more,
    'if (!/^(restores|conditional|unknown|fails)$/.test(report.targets[0].verdict)) throw 2;',
    "if (checkpoint.summary.engine.name !== 'podman') throw 3;",
    "for (const name of ['kinds', 'constants', 'decode', 'document', 'check', 'encode', 'reencode'])",
    '  if (ckpt[name] === undefined) throw name;',
    "if (ckpt.byteToString(1200) !== '1.2 KiB') throw 4;",
  ];
  writeFileSync(join(at, 'program.mjs'), program.join('\n'));
  const { status, stdout, stderr } = spawnSync(process.execPath, ['program.mjs'], {
    ...{ cwd: at, env },
  });
  assert.equal(status, 0, stderr.toString());
  const findings = stdout.toString().match(/^\S+: (error|warning|info): .* \[CKP\d+\]$/gm);
  assert.ok(findings && findings.length > 0);
});

test('configurations are what the schema allows', () => {
  const schema = JSON.parse(readFileSync(join(root, 'dist/schema/config.json'), 'utf8'));
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  assert.ok(blocks('json').length > 0);
  for (const block of blocks('json'))
    assert.ok(validate(JSON.parse(block)), JSON.stringify(validate.errors));
});

/** A command line that ckpt takes. @param {string} line */
function taken(line) {
  const words = line.match(/'[^']*'|\S+/g)?.map((word) => word.replaceAll("'", '')) ?? [];
  const { command } = readArguments(words.slice(words.indexOf('ckpt') + 1), COMMANDS);
  assert.ok(command, line);
}

test('continuous integration: inputs that the action has, command lines that ckpt takes', () => {
  const [github, gitlab] = blocks('yaml').map((block) => parse(block));
  const action = parse(readFileSync(join(root, '.github/actions/validate/action.yml'), 'utf8'));
  for (const name of Object.keys(github[0].with)) assert.ok(action.inputs[name], name);
  const [, outputs] = /# outputs: (.*)/.exec(text) ?? [];
  assert.deepEqual(outputs?.split(', '), Object.keys(action.outputs));
  taken(gitlab.checkpoints.script);
  for (const line of blocks('sh').join('').split('\n'))
    if (/^ckpt /.test(line)) taken(line);
    else if (/^make /.test(line)) {
      const [, target] = line.split(/\s+/);
      assert.match(readFileSync(join(root, 'Makefile'), 'utf8'), new RegExp(`^${target}:`, 'm'));
    }
});

test('every command and entry is named, and nothing else; links lead somewhere', () => {
  const [table] = /^\| command \| what it does \|\n(\|.*\n)+/m.exec(text) ?? [''];
  const named = [...table.matchAll(/`([^`]+)`/g)].flatMap(([, code]) =>
    code.replace(/^ckpt /, '').split(/[ \\|]/, 1),
  );
  const names = COMMANDS.map(({ name }) => name);
  for (const name of names) assert.ok(named.includes(name), `${name} is not in the table`);
  for (const row of table.split('\n').slice(2, -1))
    for (const [, line] of row.split(' | ')[0].matchAll(/`ckpt ([a-z]+)/g))
      assert.ok(names.includes(line), line);
  for (const entry of Object.keys(manifest.exports).filter(
    (name) => !/\*|package|debug\.wasm/.test(name),
  ))
    assert.ok(text.includes(entry === '.' ? '`container-checkpoint`' : entry.slice(2)), entry);
  for (const [, link] of text.matchAll(/\]\((?!https?:|#)([^)#]+)/g))
    assert.ok(existsSync(join(root, link)), link);
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/\s/g, '-'),
  );
  for (const [, anchor] of text.matchAll(/\]\(#([^)]+)/g))
    assert.ok(headings.includes(anchor), anchor);
});
