// SPDX-License-Identifier: Apache-2.0
// The API for Node with the core inside the module, for programs that are bundled into one file.
export * from './node.js';
