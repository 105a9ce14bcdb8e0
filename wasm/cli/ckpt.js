#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
import process from 'node:process';
import { main } from './main.js';

const code = await main(process.argv.slice(2));
// An open standard input would keep the program waiting for what it does not need.
process.exit(code);
