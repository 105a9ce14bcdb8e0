// SPDX-License-Identifier: Apache-2.0
// The words of what stands beside a view: the evidence of a finding, the details of a row.

export const E = {
  label: 'Evidence',
  details: 'Details',
  close: 'Close the evidence',
  why: 'Why',
  whyFails: 'Why it matters',
  stops: 'What it stops',
  stopsNone: 'No engine: none checks this.',
  what: 'What is checked',
  todo: 'What to do',
  read: 'Where to read more',
  alsoHere: 'Also at this place',
  related: 'Belongs to it',
  previous: 'Previous finding',
  next: 'Next finding',
  of: (/** @type {number} */ n, /** @type {number} */ total) => `${n} of ${total}`,
  copyLink: 'Copy link',
  openFile: 'Open the file',
  link: 'link to this finding',
  linkHint: 'It works again where the same file is dropped.',
  entry: (/** @type {number} */ n) => `entry ${n}`,
  gone: 'There is no such finding any more.',
};
