#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';

const args = process.argv.slice(2);
const name = process.env.CKPT_AS ?? basename(process.argv[1]);

/** What makes short runs cheap. None of it changes an answer. */
function startFast() {
  const [major] = process.versions.node.split('.').map(Number);
  // Node 20 cannot keep compiled code. Where it is kept, NODE_COMPILE_CACHE and NODE_DISABLE_COMPILE_CACHE say.
  if (major >= 22)
    /** @type {any} */ (process.getBuiltinModule('node:module')).enableCompileCache?.();
  // Only what runs long is worth the optimizing compiler: it takes more time than most archives do. Millions of bytes
  // of code executed; 1.8 without this.
  setFlagsFromString('--wasm-tiering-budget=60000000');
}

/** The program, unless what the build makes is missing. @returns {Promise<number>} the exit code */
async function run() {
  let program;
  try {
    program = await import('./main.js');
  } catch (error) {
    if (!/^(ERR_)?MODULE_NOT_FOUND$/.test(/** @type {any} */ (error).code)) throw error;
    process.stderr.write(
      'ckpt: a file of dist/ is missing; in a clone of the repository "make" builds it\n',
    );
    return 3;
  }
  return program.main(args, name);
}

/** The answer to --version, for which nothing need be loaded. @returns {boolean} whether that is asked, and was written */
function tellVersion() {
  if (args.length !== 1 || args[0] !== '--version' || /^(checkpointctl|crit)$/.test(name))
    return false;
  try {
    const own = new URL('../../package.json', import.meta.url);
    writeSync(1, `ckpt ${JSON.parse(readFileSync(own, 'utf8')).version}\n`);
    return true;
  } catch {
    return false; // whatever it is, the program tells it
  }
}

if (!tellVersion()) {
  startFast();
  // An open standard input would keep the program waiting for what it does not need.
  run().then((code) => process.exit(code));
}
