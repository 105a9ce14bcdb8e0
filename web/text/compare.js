// SPDX-License-Identifier: Apache-2.0
// The words of comparing what was running, and of many checkpoints at once.

const number = new Intl.NumberFormat('en');

export const Y = {
  verdicts: 'Verdicts that differ',
  target: 'Target',
  because: 'Because',
  processes: 'Processes',
  sockets: 'Sockets',
  files: 'Open files',
  mounts: 'Mounts',
  memory: 'Memory',
  pid: 'PID',
  fd: 'FD',
  what: 'What',
  how: 'How',
  line: 'Command line',
  path: 'Mounted on',
  mapping: 'Mapping',
  address: 'Address',
  changed: 'Pages changed',
  added: 'Came',
  removed: 'Went',
  unknown: 'Not known',
  heat: 'Mappings whose pages differ, each as dark as the share of its pages that does',
  pages: (/** @type {number} */ n, /** @type {number} */ all) =>
    `${number.format(n)} of ${number.format(all)} pages`,
  insteadOf: (/** @type {number} */ pid) => `instead of process ${pid}`,
  noise: (/** @type {number} */ n) =>
    `${number.format(n)} differences in ids and times, which always differ, are not listed.`,
  gaps: (/** @type {number} */ n) =>
    `${number.format(n)} things could not be read: what differs there is not known.`,
  same: 'Nothing that was running differs.',
};

/** Many checkpoints in one table. */
export const L = {
  head: {
    answer: 'Answer',
    name: 'Container',
    file: 'File',
    engine: 'Engine',
    target: 'Target',
    cause: 'First cause',
    errors: 'Errors',
    warnings: 'Warnings',
    trust: 'Trust',
    size: 'Size',
  },
  filter: 'Only checkpoints that contain',
  totals: 'Answers',
  all: 'All',
  byCause: 'By cause',
  csv: 'Save as CSV',
  jsonl: 'Save as JSON Lines',
  label: 'Checkpoints and files',
  hint: 'Choose one to look at it; its Compare view compares it with another.',
};
