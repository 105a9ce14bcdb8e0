// SPDX-License-Identifier: Apache-2.0
// Elements. Every text on its way to the page goes through here: it becomes text nodes and nothing
// else, with what acts or hides written out.
import { createElement } from 'preact';
import { escapeForTerminal as escapeText } from '../../wasm/report/escape.js';

/** @typedef {import('preact').ComponentChildren} Children */

/** What is ours, and may hold line breaks or such. */
const OWN = new Set(['class', 'd', 'viewBox', 'value', 'href', 'key', 'id', 'type', 'style']);

/** A text safe to show; what had to be written out is marked. @param {string} text @returns {Children} */
export function shown(text) {
  const escaped = escapeText(text);
  if (escaped === text) return text;
  /** @type {Children[]} */
  const parts = [];
  let plain = '';
  let marked = '';
  const flush = () => {
    if (plain !== '') parts.push(plain);
    if (marked !== '') parts.push(createElement('span', { class: 'escape' }, marked));
    plain = marked = '';
  };
  for (const character of text) {
    const safe = escapeText(character);
    if (safe === character) {
      if (marked !== '') flush();
      plain += character;
    } else {
      if (plain !== '') flush();
      marked += safe;
    }
  }
  flush();
  return parts;
}

/** @param {any} child @returns {any} */
const safeChild = (child) =>
  typeof child === 'string' ? shown(child) : Array.isArray(child) ? child.map(safeChild) : child;

/**
 * Preact's createElement, for elements with all texts made safe. Components get their children as they are.
 * @param {any} type
 * @param {Record<string, any> | null} [props]
 * @param {...any} children
 * @returns {import('preact').VNode<any>}
 */
export function h(type, props, ...children) {
  if (typeof type !== 'string') return createElement(type, props ?? null, ...children);
  for (const name in props) {
    const value = props[name];
    if (typeof value === 'string' && !OWN.has(name)) props[name] = escapeText(value);
  }
  return createElement(type, props ?? null, ...children.map(safeChild));
}

/** Class names that apply. @param {...(string | false | null | undefined)} names */
export const classes = (...names) => names.filter(Boolean).join(' ');
