// SPDX-License-Identifier: Apache-2.0
// Trees of text lines, drawn as the reference tool draws them.
import { escapeForTerminal } from '../report/escape.js';

/**
 * A line of a tree and what hangs on it. The text may be any.
 * @typedef {{text: string, children: Node[]}} Node
 */

/** @param {string} text @param {Node[]} [children] @returns {Node} */
export const node = (text, children = []) => ({ text, children });

/**
 * @param {Node} root
 * @returns {string} lines, each with a line feed
 */
export function drawTree(root) {
  let out = `${escapeForTerminal(root.text)}\n`;
  // Annotations may hold JSON that is nested deeply: a stack of our own.
  const stack = [{ nodes: root.children, next: 0, margin: '' }];
  while (stack.length > 0) {
    const level = stack[stack.length - 1];
    if (level.next === level.nodes.length) {
      stack.pop();
      continue;
    }
    const { text, children } = level.nodes[level.next++];
    const last = level.next === level.nodes.length;
    out += `${level.margin}${last ? '└── ' : '├── '}${escapeForTerminal(text)}\n`;
    stack.push({ nodes: children, next: 0, margin: level.margin + (last ? '    ' : '│   ') });
  }
  return out;
}
