// SPDX-License-Identifier: Apache-2.0
/**
 * The Go package's functions for files, for Node. They are synchronous; the core is compiled when it
 * is first needed.
 * @module
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, parse, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkedOpenOptions, openWith } from './open.js';
import { checkedText } from '../border/arguments.js';
import { border, constants as constantsOfGo } from '../../dist/tables.js';
import {
  ArchiveError,
  Checkpoint,
  CheckpointError,
  load as loadWith,
  loadSync,
  ResourceError,
} from './index.js';
import { moduleBytes } from './node-modules.js';
import { nodeSource } from './node-source.js';
import { provideCodecs } from '../border/codecs.js';

export { ArchiveError, Checkpoint, CheckpointError, loadSync, ResourceError };

/** The core, compiled when it is first needed: at once, so that this module can be required. */
const ckpt = () => loadSync({ wasm: () => moduleBytes('core.wasm') });
provideCodecs(() => moduleBytes('codecs.wasm'));

/**
 * The core, ready for use. Calling it again gives the same one.
 * @type {typeof loadWith}
 */
export async function load(options = {}) {
  if (typeof options === 'object' && options !== null && options.wasm === undefined) ckpt();
  return loadWith(options);
}

/**
 * Texts of Go where Node's differ; elsewhere Node's own are the system's, as Go's are.
 * @type {Record<string, string | undefined>}
 */
const REASONS = {
  EISDIR: 'is a directory',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'file name too long',
  ENOTDIR: 'not a directory',
  ERR_INVALID_ARG_VALUE: 'invalid argument', // a NUL in a path
};

/** What the core takes. */
const MAX_INPUT = border.limits.input;

/**
 * Runs an operation on a file; its error reads as Go's *PathError: "open PATH: no such file or directory".
 * @template T @param {string} operation @param {string} path @param {() => T} run @returns {T}
 */
function attempt(operation, path, run) {
  try {
    return run();
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    const reason = REASONS[code ?? ''] ?? message.replace(/^[A-Z0-9]+: (.*?), .*$/s, '$1');
    throw Object.assign(new Error(`${operation} ${path}: ${reason}`, { cause: error }), {
      code,
      path,
    });
  }
}

/**
 * Joined and cleaned as by Go's filepath.Join: unlike Node's own, it makes nothing of nothing, and leaves no
 * separator at the end.
 * @param {string} dir @param {string} file @returns {string}
 */
function joinPath(dir, file) {
  if (dir === '' && file === '') return '';
  const path = join(dir, file);
  return path.endsWith(sep) && path !== parse(path).root ? path.slice(0, -1) : path;
}

/**
 * The bytes of a regular file. Others are refused: a FIFO or a device could block or never end.
 * @param {string} path @returns {Uint8Array}
 */
function readRegularFile(path) {
  const fd = attempt('open', path, () =>
    openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)),
  );
  try {
    const info = fstatSync(fd);
    if (!info.isFile() && !info.isDirectory()) throw new Error(`${path} is not a regular file`);
    if (info.size > MAX_INPUT) {
      const message = 'the input is larger than 256 MiB';
      throw new CheckpointError(message, { kind: 'limit', goMessage: message });
    }
    return attempt('read', path, () => readFileSync(fd));
  } finally {
    closeSync(fd);
  }
}

/** @param {string} prefix @param {() => any} run @returns {any} */
function withPrefix(prefix, run) {
  try {
    return run();
  } catch (error) {
    if (error instanceof CheckpointError) {
      error.message = prefix + error.message;
      error.goMessage = prefix + error.goMessage;
    }
    throw error;
  }
}

/** @param {unknown} kind @param {unknown} dir @param {unknown} file */
function checkNames(kind, dir, file) {
  checkedText(kind, 'a kind of file', 'kind');
  checkedText(dir, 'the path of a directory', 'dir');
  checkedText(file, 'the name of a file', 'file');
}

/**
 * Reads and decodes `dir`/`file` (Go: ReadJSONFile).
 * @param {string} kind one of the kinds of the core
 * @param {string} dir
 * @param {string} file
 * @returns {{value: any, path: string}} path: the two joined and cleaned
 * @throws {CheckpointError} "failed to unmarshal PATH: …"
 * @throws {Error} "open PATH: no such file or directory", with `code` and `path`
 */
export function readJSONFile(kind, dir, file) {
  checkNames(kind, dir, file);
  const path = joinPath(dir, file);
  const prefix = `failed to unmarshal ${path}: `;
  return { value: withPrefix(prefix, () => ckpt().decode(kind, readRegularFile(path))), path };
}

/**
 * Writes `value` to `dir`/`file` with mode 0600 (Go: WriteJSONFile).
 * @param {string} kind
 * @param {any} value
 * @param {string} dir an existing directory
 * @param {string} file
 * @returns {string} the path
 */
export function writeJSONFile(kind, value, dir, file) {
  checkNames(kind, dir, file);
  const path = joinPath(dir, file);
  const text = withPrefix('error marshalling JSON: ', () => ckpt().encode(kind, value));
  const fd = attempt('open', path, () => openSync(path, 'w', 0o600));
  try {
    attempt('write', path, () => writeFileSync(fd, text));
  } finally {
    attempt('close', path, () => closeSync(fd));
  }
  return path;
}

const {
  ConfigDumpFile,
  SpecDumpFile,
  StatusFile,
  DeletedFilesFile,
  NetworkStatusFile,
  PodOptionsFile,
} = constantsOfGo;

/** The container's configuration, `config.dump`. @param {string} dir */
export const readContainerCheckpointConfigDump = (dir) =>
  readJSONFile('config.dump', dir, ConfigDumpFile);
/** The OCI runtime spec, `spec.dump`. @param {string} dir */
export const readContainerCheckpointSpecDump = (dir) =>
  readJSONFile('spec.dump', dir, SpecDumpFile);
/** containerd's record of the container's state, `status`. @param {string} dir */
export const readContainerCheckpointStatusFile = (dir) => readJSONFile('status', dir, StatusFile);
/** The paths that the container deleted, `deleted.files`. @param {string} dir */
export const readContainerCheckpointDeletedFiles = (dir) =>
  readJSONFile('deleted.files', dir, DeletedFilesFile);
/** Podman's networks, `network.status`. @param {string} dir */
export const readContainerCheckpointNetworkStatus = (dir) =>
  readJSONFile('network.status', dir, NetworkStatusFile);
/** The options of a pod checkpoint, `pod.options`. @param {string} dir */
export const readCheckpointPodOptions = (dir) => readJSONFile('pod.options', dir, PodOptionsFile);

/**
 * Opens a checkpoint where it lies; as in the browser, and also the path of a file or a directory,
 * or a stream. A stream is read once: of its members only what was kept can be read later.
 * @param {string | URL | Blob | Uint8Array | AsyncIterable<Uint8Array> | import('./archive.js').Source} source
 * @param {import('./checkpoint.js').OpenOptions} [options]
 * @returns {Promise<import('./checkpoint.js').Checkpoint>}
 */
export async function openCheckpoint(source, options = {}) {
  checkedOpenOptions(options);
  options.signal?.throwIfAborted();
  const input = await nodeSource(source);
  const path = source instanceof URL ? fileURLToPath(source) : source;
  const name = options.name ?? (typeof path === 'string' ? basename(path) : undefined);
  return openWith(ckpt(), input, { ...options, name });
}
