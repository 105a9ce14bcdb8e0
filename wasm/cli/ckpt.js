#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
import { basename } from 'node:path';
import process from 'node:process';

/** The program, unless what the build makes is missing. */
async function program() {
  try {
    return await import('./main.js');
  } catch (error) {
    if (/** @type {any} */ (error).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    process.stderr.write(
      'ckpt: a file of dist/ is missing; in a clone of the repository "make" builds it\n',
    );
    process.exit(3);
  }
}

const { main } = await program();
const code = await main(process.argv.slice(2), process.env.CKPT_AS ?? basename(process.argv[1]));
// An open standard input would keep the program waiting for what it does not need.
process.exit(code);
