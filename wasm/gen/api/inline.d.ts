// SPDX-License-Identifier: Apache-2.0
// The same API with the core inside the module, for pages opened from disk.
export * from './index.js';
