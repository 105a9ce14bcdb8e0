// SPDX-License-Identifier: Apache-2.0
// One script for the page and for its worker: what both need is in it once.
import { runWorker } from '../worker/main.js';
import { start } from './start.js';

if (typeof document === 'undefined') runWorker();
else start();
