// SPDX-License-Identifier: Apache-2.0
// The words of secrets, timeline and changed files, of the host that is asked about, of guide and glossary.

const number = new Intl.NumberFormat('en');
const count = (/** @type {number} */ n, /** @type {string} */ one, many = `${one}s`) =>
  `${number.format(n)} ${n === 1 ? one : many}`;

/** Changed files. */
export const C = {
  rootfs: '/',
  volume: (/** @type {string} */ name) => `volume ${name}`,
  tooMany: (/** @type {number} */ n) => `Only the first ${number.format(n)} are listed.`,
  changes: { written: '+ written', deleted: '− deleted' },
  change: 'Change',
  path: 'Path',
  type: 'Type',
  size: 'Size',
  mode: 'Mode',
  owner: 'Owner',
  modified: 'Modified (UTC)',
  where: 'In',
  hint: 'Written: new, or other than in the base image, which is not here. Set-id programs and devices are amber.',
};

/** The timeline. */
export const L = {
  zone: 'UTC',
  recorded: (/** @type {string} */ event) => `${event}, as the engine recorded`,
  images: {
    first: 'First image written',
    last: 'Last image written',
    only: 'Images written',
  },
  log: {
    first: 'Log of the dump begun',
    last: 'Log of the dump written',
    only: 'Log of the dump written',
  },
  written: {
    first: 'Oldest changed file',
    last: 'Newest changed file',
    only: 'Changed files written',
  },
  head: ['Time', 'What', 'Later by', 'Recorded in'],
  sameTime: 'at once',
  took: 'How long the dump took',
  kinds: /** @type {Record<string, string>} */ ({
    container: 'container',
    dump: 'dump',
    files: 'changed files',
  }),
  none: 'Nothing here says when anything happened.',
};

/** Who is inside, at a glance. */
export const B = {
  ended: 'ended',
  memory: (/** @type {string} */ stored, /** @type {string} */ mapped) =>
    `${stored} stored of ${mapped} mapped`,
  rwx: (/** @type {number} */ n) => `${count(n, 'mapping')} writable and executable`,
  deleted: (/** @type {number} */ n) =>
    n === 1 ? '1 file was deleted while open' : `${number.format(n)} files were deleted while open`,
};

/** Secrets. */
export const Q = {
  head: ['Name', 'Kind', 'Value', 'Where', 'Places'],
  byName: 'named like a secret',
  nameless: 'without a name',
  noValue: 'not shown here',
  process: (/** @type {number} */ pid, /** @type {string} */ address) =>
    `memory of ${pid} at 0x${address}`,
  listed: 'In metadata',
  deep: 'In memory, queues and files',
  none: 'None was found in what was searched.',
  look: 'Search memory, queues and files',
  lookHint: (/** @type {string} */ size) =>
    `They were not searched yet: it reads all ${size} of pages.`,
  looking: (/** @type {number} */ share) => `Searching, ${Math.floor(share * 100)} %`,
  stop: 'Stop',
  stopped: 'Stopped before the end: what is listed is not all.',
  left: (/** @type {string} */ bytes) =>
    `${bytes} of memory are not in the dump and were not searched.`,
  cut: (/** @type {number} */ n) => `${count(n, 'more')} of them not listed here.`,
};

/** The host that is to restore it. */
export const H = {
  compare: 'Compare a host…',
  title: 'The host that is to restore it',
  hint: 'Run this there, and paste what it prints. It stays in this page.',
  command: 'ckpt host | sh',
  label: 'What it printed (JSON)',
  use: 'Compare',
  first: 'Open a checkpoint first: a host is only something to compare it with.',
  remove: 'without it',
  chosen: (/** @type {string} */ host) => `on the host ${host}`,
  described: 'that was described',
  taken: (/** @type {string} */ name) => `${name} describes a host: what is open is judged for it.`,
};

/** Help: what the views are for, and what words mean. */
export const U = {
  guide: 'What the views show',
  views: /** @type {Record<string, string>} */ ({
    overview: 'whether it restores, may be trusted, and what of it was checked; what to arrange',
    findings: 'all that the rules found, with lines, reasons and remedies',
    processes: 'the processes as a tree: state, command line, credentials, environment',
    openfiles: 'each descriptor of each process: path, flags, position, what is shared or deleted',
    sockets: 'connections, queues and peers; what needs an option or the same address',
    mounts: 'the mounts of the container, and which come from outside',
    memory: 'the address space, what of each mapping is stored here, and its bytes',
    search: 'text, bytes, expressions and pointers in the memory of all processes',
    metadata: 'what the engine wrote: configuration, specification, networks, status',
    secrets: 'passwords, keys and tokens, masked, wherever they were found',
    changes: 'files that the container wrote or deleted, and their content',
    timeline: 'created, started, dumped, restored, in UTC',
    files: 'the members of the archive, as JSON, fields, text or bytes',
    size: 'where the bytes are, and what would make it smaller',
    compare: 'two checkpoints: the answer, processes, memory, files, metadata',
  }),
  words: 'Words',
  glossary: /** @type {[string, string][]} */ ([
    [
      'restores if',
      'It restores once the conditions listed hold on the target: an option, a mount, an address, the base image.',
    ],
    ['cannot tell', 'Something that decides it was not read or is not known; “Checked” says what.'],
    [
      'suspicious, hostile',
      'Suspicious: readers disagree on it, or its origin looks forged. Hostile: unpacking or restoring it attacks the host.',
    ],
    [
      'in parent',
      'Pages that did not change since the dump before this one, and are only there. A restore needs both.',
    ],
    [
      'lazy',
      'Pages that a page server sends later, while the container runs again; they are not in the archive.',
    ],
    [
      'pre-dump',
      'Memory alone, taken while the container runs on; it cannot be restored by itself.',
    ],
    [
      'page map',
      'Which pages of a process are stored, in which order: pagemap-N.img for pages-N.img.',
    ],
    ['ghost file', 'A file that was open but deleted: its content is kept in an image.'],
    ['in flight', 'A descriptor that was sent over a socket and not yet received.'],
    [
      'external',
      'A resource that the dump does not hold and the restore must be given: a mount, a device, a namespace.',
    ],
    ['rootfs diff', 'What the container changed in its root file system, beside the base image.'],
  ]),
  rules: (/** @type {number} */ n) => `All ${count(n, 'rule')}`,
  version: (/** @type {string} */ version, /** @type {number} */ rules) =>
    `ckpt ${version} · ${count(rules, 'rule')}`,
  noNetwork: 'no network possible',
  readIn: (/** @type {number} */ ms) => `read in ${number.format(ms)} ms`,
  keys: '? keys and help',
  hint: 'Any line with a rule’s id opens its evidence beside it. Ctrl+K searches everything, ? explains views and words.',
};
