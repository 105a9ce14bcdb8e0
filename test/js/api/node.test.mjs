// SPDX-License-Identifier: Apache-2.0
// The Go package's functions for files, as the Node entry has them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as entry from 'container-checkpoint';
import * as node from 'container-checkpoint/node';
import { thrown } from '../lib/thrown.mjs';

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'ckpt-node-'));
after(() => rmSync(folder, { recursive: true }));
const data = fileURLToPath(new URL('../../data/', import.meta.url));
const ckpt = await entry.load();

/** @param {string} name @param {string | Uint8Array} content @returns {string} its path */
function put(name, content) {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

test('the entry has all of the main one, and a function for each file', async () => {
  assert.equal(await node.load(), await entry.load());
  for (const name of ['ArchiveError', 'Checkpoint', 'ResourceError'])
    assert.equal(node[name], entry[name]);
  assert.equal(node.CheckpointError, entry.CheckpointError);
  for (const { reader } of ckpt.files) {
    const name = reader[0].toLowerCase() + reader.slice(1);
    assert.equal(typeof node[/** @type {keyof typeof node} */ (name)], 'function', name);
  }
});

test('the readers read the files of the example', () => {
  const directory = join(data, 'example');
  const config = node.readContainerCheckpointConfigDump(directory);
  assert.equal(config.path, join(directory, 'config.dump'));
  assert.match(config.value.id, /^[0-9a-f]{64}$/);
  const spec = node.readContainerCheckpointSpecDump(`${directory}//./`);
  assert.equal(spec.path, join(directory, 'spec.dump'));
  assert.ok(spec.value.process && (spec.value.process.args ?? []).length > 0);
  assert.ok((node.readContainerCheckpointDeletedFiles(directory).value ?? []).length > 0);
  const network = node.readContainerCheckpointNetworkStatus(directory);
  assert.equal(network.path, join(directory, 'network.status'));

  put('status', '{"Pid":7,"CreatedAt":9007199254740993}');
  const status = node.readContainerCheckpointStatusFile(folder);
  assert.deepEqual([status.value.Pid, status.value.CreatedAt], [7, 9007199254740993n]);
  put('pod.options', '{"version":2,"containers":{"b":"y","a":"x"}}');
  const options = node.readCheckpointPodOptions(folder);
  assert.deepEqual(Object.entries(options.value.containers ?? {}), [
    ['a', 'x'],
    ['b', 'y'],
  ]);
});

test('what is written is what was read, and as Go writes it', () => {
  for (const kind of /** @type {const} */ ([
    'config.dump',
    'spec.dump',
    'deleted.files',
    'network.status',
  ])) {
    const { value } = node.readJSONFile(kind, join(data, 'example'), kind);
    const path = node.writeJSONFile(kind, /** @type {any} */ (value), folder, kind);
    assert.equal(path, join(folder, kind));
    const text = readFileSync(path, 'utf8');
    assert.equal(text, ckpt.reencode(kind, readFileSync(join(data, 'example', kind))));
    assert.doesNotMatch(text, /\n$/);
    assert.deepEqual(node.readJSONFile(kind, folder, kind).value, value);
  }
});

test(
  'paths are joined and cleaned as by filepath.Join',
  { skip: process.platform === 'win32' },
  () => {
    const lines = readFileSync(join(data, 'go/paths.tsv'), 'utf8').trimEnd().split('\n');
    const here = process.cwd();
    mkdirSync(join(folder, '1/2/3'), { recursive: true });
    process.chdir(join(folder, '1/2/3'));
    try {
      for (const line of lines) {
        const [directory, file, joined] = line.split('\t');
        let path;
        try {
          ({ path } = node.readJSONFile('any', directory, file));
        } catch (error) {
          const { message } = /** @type {Error} */ (error);
          path = message.match(
            /^(?:open |read |failed to unmarshal )?(.*?)(?::| is not a regular)/,
          )?.[1];
        }
        assert.equal(path, joined, JSON.stringify([directory, file]));
      }
    } finally {
      process.chdir(here);
    }
    assert.ok(lines.length > 1900);
  },
);

test('a file that is not there, or is none, is an error in the words of Go', () => {
  const read = (/** @type {string} */ file, directory = folder) =>
    thrown(() => node.readJSONFile('any', directory, file));
  const missing = read('missing');
  assert.equal(missing.message, `open ${join(folder, 'missing')}: no such file or directory`);
  assert.deepEqual([missing.code, missing.path], ['ENOENT', join(folder, 'missing')]);
  assert.ok(!(missing instanceof entry.CheckpointError));
  assert.equal(read('.').message, `read ${folder}: is a directory`);
  put('plain', '1');
  assert.equal(read('plain/below').message, `open ${join(folder, 'plain/below')}: not a directory`);
  symlinkSync('loop', join(folder, 'loop'));
  assert.equal(
    read('loop').message,
    `open ${join(folder, 'loop')}: too many levels of symbolic links`,
  );
  const long = 'x'.repeat(300);
  assert.equal(read(long).message, `open ${join(folder, long)}: file name too long`);
  // the constants of the Go package name the files
  const config = thrown(() => node.readContainerCheckpointConfigDump(join(folder, 'none')));
  assert.equal(
    config.message,
    `open ${join(folder, 'none/config.dump')}: no such file or directory`,
  );
});

test('only regular files are read', { skip: process.platform === 'win32' }, () => {
  // One that waited for a writer would wait for ever.
  const fifo = join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
  assert.equal(
    thrown(() => node.readJSONFile('any', folder, 'fifo')).message,
    `${fifo} is not a regular file`,
  );
  assert.equal(
    thrown(() => node.readJSONFile('any', '/dev', 'null')).message,
    '/dev/null is not a regular file',
  );
});

test('a file that cannot be decoded is an error with its path in front', () => {
  const path = put('status', '{"Pid":-7,"Reason":"r"}');
  const error = thrown(() => node.readContainerCheckpointStatusFile(folder));
  const prefix = `failed to unmarshal ${path}: `;
  const go =
    'json: cannot unmarshal number -7 into Go struct field ContainerdStatus.Pid of type uint32';
  assert.ok(error instanceof entry.CheckpointError);
  assert.equal(error.goMessage, prefix + go);
  assert.ok(error.message.startsWith(`${prefix}${go} (line 1, column 8, at /Pid:`));
  assert.deepEqual([error.kind, error.offset, error.partial.Reason], ['type', 7, 'r']);
  put('deleted.files', '\ufeff[]');
  assert.equal(
    thrown(() => node.readContainerCheckpointDeletedFiles(folder)).goMessage,
    `failed to unmarshal ${join(folder, 'deleted.files')}: invalid character 'ï' looking for beginning of value`,
  );
  // nobody reads it: the file is sparse
  truncateSync(put('large', ''), 2 ** 28 + 1);
  const large = thrown(() => node.readJSONFile('any', folder, 'large'));
  assert.ok(large instanceof entry.CheckpointError);
  assert.equal(large.kind, 'limit');
  assert.equal(
    large.message,
    `failed to unmarshal ${join(folder, 'large')}: the input is larger than 256 MiB`,
  );
  assert.equal(large.goMessage, large.message);
  rmSync(join(folder, 'large'));
  put('deleted.files', '');
  assert.match(
    thrown(() => node.readContainerCheckpointDeletedFiles(folder)).message,
    /deleted\.files: unexpected end of JSON input \(line 1, column 1/,
  );
});

test(
  'a new file gets mode 0600, an existing one keeps its mode and loses its content',
  { skip: process.platform === 'win32' },
  () => {
    const mode = (/** @type {string} */ path) => statSync(path).mode & 0o7777;
    const mask = process.umask(0);
    try {
      assert.equal(mode(node.writeJSONFile('deleted.files', ['/a'], folder, 'x/../new')), 0o600);
      const old = put('old', 'much longer than what comes now');
      chmodSync(old, 0o644);
      assert.equal(node.writeJSONFile('deleted.files', ['<'], folder, 'old'), old);
      assert.equal(mode(old), 0o644);
      assert.equal(readFileSync(old, 'utf8'), '[\n  "\\u003c"\n]');
    } finally {
      process.umask(mask);
    }
  },
);

test('what cannot be written is an error, and touches no file', () => {
  const path = put('keep', 'as it was');
  const error = thrown(() =>
    node.writeJSONFile(
      'config.dump',
      /** @type {any} */ ({ createdTime: '2024-01-01T00:00:00+24:00' }),
      folder,
      'keep',
    ),
  );
  assert.equal(
    error.message,
    'error marshalling JSON: json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: timezone hour outside of range [0,23]',
  );
  assert.equal(error.kind, 'time');
  assert.equal(readFileSync(path, 'utf8'), 'as it was');
  for (const [file, reason] of [
    ['none/file', 'no such file or directory'],
    ['.', 'is a directory'],
  ])
    assert.equal(
      thrown(() => node.writeJSONFile('any', 1, folder, file)).message,
      `open ${join(folder, file)}: ${reason}`,
    );
  assert.throws(() => node.writeJSONFile('any', NaN, folder, 'keep'), RangeError);
});
