// SPDX-License-Identifier: Apache-2.0
import { escapeForTerminal } from './escape.js';

/** Text that Markdown and HTML leave alone. @param {string} text any */
export const plain = (text) =>
  escapeForTerminal(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]#|~$:@]/g, (c) => `&#${c.charCodeAt(0)};`)
    .replace(/www\./gi, (c) => `${c.slice(0, 3)}&#46;`);
