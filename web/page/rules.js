// SPDX-License-Identifier: Apache-2.0
// What the catalogue says of each rule.
/// <reference path="../modules.d.ts" />
import rules from 'page:rules';

/** @typedef {{area: string, title: string, what: string, why: string, fix: string, reference: string}} Rule */

/** @type {Map<string, Rule>} */
const known = new Map(
  rules.map(([id, area, title, what, why, fix, reference]) => [
    id,
    { area, title, what, why, fix, reference },
  ]),
);

/** @param {string} id @returns {Rule | undefined} */
export const ruleOf = (id) => known.get(id);

/** @param {string} id */
export const titleOf = (id) => known.get(id)?.title ?? '';

/** @param {string} id */
export const areaOf = (id) => known.get(id)?.area ?? '';

/** All of them, in their order. */
export const allRules = () => [...known];
