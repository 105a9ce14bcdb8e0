// SPDX-License-Identifier: Apache-2.0
// What the schemas are put together from.

/** @typedef {{[key: string]: any}} Schema */

export const string = { type: 'string' };

/** @param {Schema} schema */
export const orNull = (schema) => ({ anyOf: [schema, { type: 'null' }] });

/** An object whose members are all there, but for those in `optional`. @param {string} description @param {Record<string, Schema>} properties @param {string[]} [optional] */
export const object = (description, properties, optional = []) => ({
  description,
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
