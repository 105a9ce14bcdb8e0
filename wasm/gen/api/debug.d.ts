// SPDX-License-Identifier: Apache-2.0
// The same API with a core for debugging: names in stack traces, traps at undefined behaviour; larger and slower.
export * from './index.js';
