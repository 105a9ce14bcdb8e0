// SPDX-License-Identifier: Apache-2.0
// Runs the command, for the tests of it.
import { fork, spawn } from 'node:child_process';
import { Buffer } from 'node:buffer';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);
export const program = fileURLToPath(new URL('wasm/cli/ckpt.js', root));
/** The rules about files that cannot be read: whatever else is found in a sample is left out. */
export const READING = 'CKP100,CKP103,CKP200,CKP302,CKP304,CKP403,CKP906';
export const data = fileURLToPath(new URL('test/data/', root));

/** The environment without what changes the output. @param {NodeJS.ProcessEnv} [more] */
export function environment(more = {}) {
  const env = { ...process.env, TERM: 'xterm' };
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'NODE_OPTIONS', 'NO_PROGRESS']) delete env[name];
  for (const name of Object.keys(env)) if (/^(GITHUB|CI_)/.test(name)) delete env[name];
  return { ...env, ...more };
}

/**
 * @typedef {{code: number | null, signal: string | null, stdout: string, stderr: string, bytes: Buffer}} Ended
 * @typedef {{input?: string | Uint8Array, cwd?: string, env?: NodeJS.ProcessEnv}} Surroundings
 */

const PATIENCE = 60_000; // a hang is a failure

/** @type {import('node:child_process').ChildProcess | undefined} */
let server;
/** What is asked for and not answered yet. @type {Map<number, (ended: {code: number | null, signal: string | null, out: Uint8Array, err: Uint8Array}) => void>} */
const asked = new Map();
let count = 0;

/** The process that runs the command, started when it is first needed. */
function running() {
  if (server) return server;
  const child = fork(fileURLToPath(new URL('cli-server.mjs', import.meta.url)), {
    env: environment(),
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('message', (/** @type {any} */ { id, ...ended }) => {
    asked.get(id)?.({ signal: null, ...ended });
    asked.delete(id);
    if (asked.size === 0) child.channel?.unref();
  });
  child.on('exit', (code, signal) => {
    server = undefined;
    for (const tell of asked.values())
      tell({ code, signal, out: Buffer.alloc(0), err: Buffer.from('the process ended') });
    asked.clear();
  });
  child.unref();
  server = child;
  return child;
}

/**
 * Runs the command in a process that all runs of a test file share, one after the other. What needs a process of its own
 * (signals, a terminal, what a child writes to its standard streams) uses ckptProcess().
 * @param {string[]} args @param {Surroundings} [surroundings] @returns {Promise<Ended>}
 */
export async function ckpt(args, { input = '', cwd = data, env = {} } = {}) {
  const child = running();
  const id = ++count;
  const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
  try {
    const { code, signal, out, err } = await new Promise((resolve) => {
      asked.set(id, resolve);
      child.channel?.ref();
      const all = Object.fromEntries(
        Object.entries(environment(env)).filter(([, value]) => value !== undefined),
      );
      child.send({ id, args, input: Buffer.from(input), cwd, env: all });
    });
    const bytes = Buffer.from(out);
    return { code, signal, stdout: bytes.toString(), stderr: Buffer.from(err).toString(), bytes };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs the command as users do, in a process of its own.
 * @param {string[]} args @param {Surroundings} [surroundings] @returns {Promise<Ended>}
 */
export function ckptProcess(args, { input = '', cwd = data, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      env: environment(env),
      timeout: PATIENCE,
      killSignal: 'SIGKILL',
    });
    /** @type {Buffer[]} */
    const out = [];
    /** @type {Buffer[]} */
    const err = [];
    child.stdout.on('data', (chunk) => out.push(chunk));
    child.stderr.on('data', (chunk) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const bytes = Buffer.concat(out);
      const stderr = Buffer.concat(err).toString();
      resolve({ code, signal, stdout: bytes.toString(), stderr, bytes });
    });
    child.stdin.on('error', () => {}); // it need not read all
    child.stdin.end(input);
  });
}

/** @type {string[]} */
const made = [];
after(() => {
  server?.disconnect();
  made.forEach((path) => rmSync(path, { recursive: true, force: true }));
});

/**
 * A temporary folder with files, gone after the tests.
 * @param {Record<string, string | Uint8Array>} [files] by path
 */
export function folder(files = {}) {
  const path = mkdtempSync(join(tmpdir(), 'ckpt-cli-'));
  made.push(path);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

/** The values of JSON Lines. @param {string} text @returns {any[]} */
export const jsonLines = (text) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
