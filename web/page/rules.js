// SPDX-License-Identifier: Apache-2.0
// What the catalogue says of each rule.
/// <reference path="../modules.d.ts" />
import rules from 'page:rules';

const known = new Map(rules.map(([id, area, title]) => [id, { area, title }]));

/** @param {string} id */
export const titleOf = (id) => known.get(id)?.title ?? '';

/** @param {string} id */
export const areaOf = (id) => known.get(id)?.area ?? '';
