// SPDX-License-Identifier: Apache-2.0
// Programs in PATH that add commands: ckpt-NAME, and checkpointctl's checkpointctl-NAME. What runs them is loaded when
// one is called: every start looks here.
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import process from 'node:process';
import { EXIT, Failure } from './exit.js';
import { reason } from './output.js';

/** @typedef {{name: string, path: string}} Plugin */

/** As cmd/plugin.go of checkpointctl has them: asked with this option, a plugin that has a description ends with this code. */
const DESCRIBE = '--plugin-description';
const DESCRIBED = 42;
const PATIENCE = 500; // ms

export const PREFIXES = ['ckpt-', 'checkpointctl-'];

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    const info = statSync(path);
    if (!info.isFile()) return false;
    // Windows tells programs by their names. Scripts (.cmd, .bat) need a shell there, which arguments would have to be
    // quoted for: they are none.
    if (process.platform === 'win32') return /\.exe$/i.test(path);
    return (info.mode & 0o111) !== 0; // root may run what nobody may
  } catch {
    return false;
  }
}

/**
 * The plugins in PATH, in its order; of several of one name the first.
 * @param {readonly string[]} [prefixes] @returns {Plugin[]}
 */
export function findPlugins(prefixes = PREFIXES) {
  /** @type {Map<string, Plugin>} */
  const found = new Map();
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    if (folder === '') continue;
    /** @type {string[]} */
    let names;
    try {
      names = readdirSync(folder).sort();
    } catch {
      continue; // there need not be every folder that PATH names
    }
    for (const prefix of prefixes)
      for (const file of names) {
        if (!file.startsWith(prefix)) continue;
        const name = file.slice(prefix.length).replace(/\.exe$/i, '');
        const path = resolve(folder, file);
        if (name !== '' && !found.has(name) && isProgram(path)) found.set(name, { name, path });
      }
  }
  return [...found.values()];
}

/** What a plugin says of itself, in one line; '' if it does not. @param {Plugin} plugin @returns {string} */
export function describePlugin({ path }) {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { status, stdout } = spawnSync(path, [DESCRIBE], {
    ...{ timeout: PATIENCE, killSignal: 'SIGKILL', maxBuffer: 65536, encoding: 'utf8' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === DESCRIBED ? stdout.trim().split('\n')[0] : '';
}

/** Runs a plugin in place of this program. @param {Plugin} plugin @param {string[]} args @returns {Promise<number>} its exit code */
export function runPlugin({ path }, args) {
  const { spawn } = process.getBuiltinModule('node:child_process');
  const { constants: system } = process.getBuiltinModule('node:os');
  return new Promise((done, fail) => {
    const child = spawn(path, args, { stdio: 'inherit' });
    const wait = () => {}; // the terminal tells the plugin, too
    process.on('SIGINT', wait);
    child.on('error', (error) =>
      fail(new Failure(`the plugin ${path} cannot be run: ${reason(error.message)}`)),
    );
    child.on('close', (code, signal) => {
      process.removeListener('SIGINT', wait);
      done(code ?? 128 + (signal ? system.signals[signal] : EXIT.unreadable));
    });
  });
}
