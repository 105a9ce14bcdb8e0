// SPDX-License-Identifier: Apache-2.0
// Where this program is at home: package.json says it, and nothing else does.
import { packageUrl } from './output.js';

/** What stands in package.json as long as nobody has set an address. */
const PLACEHOLDER = 'OWNER/REPOSITORY';

/** @param {{homepage?: string}} manifest package.json @returns {string} '' if no address is set */
export const homepageOf = ({ homepage = '' }) => (homepage.includes(PLACEHOLDER) ? '' : homepage);

/**
 * The address of a rule's page: at the home page, where that is a site and not a repository, because dist/ is
 * meant to be put there; else, for people at this machine, in the package.
 * @param {string} homepage or ''
 * @param {boolean} local whether it is shown on this machine's terminal
 * @returns {(id: string) => string} gives '' if there is none
 */
export function rulePageOf(homepage, local) {
  const site = /^https?:\/\/(?!(www\.)?(github|gitlab|codeberg)\.)/.test(homepage);
  if (site) return (id) => new URL(`rules.html#${id}`, homepage).href;
  return (id) => (local ? packageUrl(`dist/rules.html#${id}`).href : '');
}
