// SPDX-License-Identifier: Apache-2.0

/**
 * The worker, asked about one source or one member of it.
 * @typedef {(method: keyof import('../types.d.ts').Api, argument?: object) => Promise<any>} Ask
 */

/**
 * @param {any} api
 * @param {import('../types.d.ts').Place} place
 * @returns {Ask}
 */
export const askAbout = (api, place) => (method, argument) =>
  api[method]({ ...place, ...argument });
