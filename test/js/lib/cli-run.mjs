// SPDX-License-Identifier: Apache-2.0
// Runs the real program as a child process, for the tests of the command line.
import { spawn } from 'node:child_process';
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
 * @param {string[]} args
 * @param {{input?: string | Uint8Array, cwd?: string, env?: NodeJS.ProcessEnv}} [options]
 * @returns {Promise<{code: number | null, signal: string | null, stdout: string, stderr: string, bytes: Buffer}>}
 */
export function ckpt(args, { input = '', cwd = data, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd,
      env: environment(env),
      timeout: 60_000, // a hang is a failure
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
after(() => made.forEach((path) => rmSync(path, { recursive: true, force: true })));

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
