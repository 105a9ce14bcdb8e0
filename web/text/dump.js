// SPDX-License-Identifier: Apache-2.0
// The words of the views of what was running.

const number = new Intl.NumberFormat('en');
const count = (/** @type {number} */ n, /** @type {string} */ one, many = `${one}s`) =>
  `${number.format(n)} ${n === 1 ? one : many}`;

/** What was running. */
export const P = {
  gaps: 'What could not be read',
  gapHead: ['Image', 'Place', 'What is wrong'],
  entry: (/** @type {number} */ index) => `entry ${number.format(index)}`,
  states: /** @type {Record<string, string>} */ ({
    alive: 'alive',
    stopped: 'stopped',
    unknown: 'unknown',
  }),
  exited: (/** @type {number} */ status) => `dead, exit status ${status}`,
  killed: (/** @type {string} */ signal) => `dead, killed by ${signal}`,
  environments: 'Environment',
  environmentHead: ['Variable', 'Value', 'Processes'],
  allOf: (/** @type {number} */ n) => `all ${number.format(n)}`,
  allBut: (/** @type {string} */ pids) => `all but ${pids}`,
  pids: (/** @type {number} */ n) => `, … (${number.format(n)} in all)`,
  sameAs: (/** @type {number} */ n, /** @type {number} */ pid) =>
    `${count(n, 'variable')} as in process ${pid}`,
  inherited: 'Inherited',
  noValue: 'no value',
  credentials: 'Credentials',
  credentialHead: [
    'UIDs',
    'GIDs',
    'Effective capabilities',
    'Seccomp',
    'No new privileges',
    'LSM',
    'Processes',
  ],
  seccomp: (/** @type {string} */ mode, /** @type {number} */ filters) =>
    mode === 'filter' ? `filter (${count(filters, 'program')})` : mode,
  unknown: 'not in the dump',
  hex: (/** @type {string} */ digits) => `hex ${digits}`,
};

/** Tables of one row for each thing. */
export const G = {
  filter: 'Only rows that contain',
  rows: (/** @type {number} */ n, /** @type {number} */ total) =>
    n === total ? count(n, 'row') : `${number.format(n)} of ${count(total, 'row')}`,
  none: /** @type {Record<string, string>} */ ({
    processes: 'There is no process in the images.',
    openfiles: 'There is no open file in the images.',
    sockets: 'There is no socket in the images.',
    mounts: 'There is no mount in the images.',
    memory: 'There is no memory map in the images.',
  }),
  noImages: 'There are no images of processes here.',
  gaps: (/** @type {number} */ n) =>
    `${count(n, 'thing')} could not be read; what is shown is not all.`,
  titles: {
    pid: 'PID',
    parent: 'Parent',
    inside: 'PID inside',
    state: 'State',
    name: 'Name',
    line: 'Command line',
    exe: 'Program',
    uid: 'UID',
    threads: 'Threads',
    fds: 'FDs',
    stored: 'Memory',
    fd: 'FD',
    type: 'Type',
    path: 'Path',
    flags: 'Flags',
    position: 'Position',
    size: 'Size',
    about: 'Remarks',
    protocol: 'Protocol',
    receive: 'Recv-Q',
    send: 'Send-Q',
    local: 'Local',
    remote: 'Remote',
    mounted: 'Mounted on',
    source: 'Source',
    root: 'Root',
    external: 'External',
    address: 'Address',
    perms: 'Perms',
    previous: 'In parent',
    missing: 'Missing',
    zero: 'Zero',
    file: 'As in file',
  },
  inFlight: 'in flight',
  deleted: 'deleted',
  perhapsDeleted: 'perhaps deleted',
  shared: (/** @type {number} */ n) => `shared with ${number.format(n)}`,
  outside: (/** @type {number} */ inode) => `socket:[${inode}], outside of the dump`,
  details: /** @type {Record<string, (row: any) => string>} */ ({
    processes: ({ pid }) => `Process ${pid}`,
    openfiles: ({ pid, fd, use }) => `${pid === null ? 'In flight' : `PID ${pid}`} · ${fd ?? use}`,
    sockets: ({ pid, fd }) => `${pid === null ? 'In flight' : `PID ${pid}`} · FD ${fd ?? ''}`,
    mounts: ({ id }) => `Mount ${id ?? ''}`,
    memory: ({ pid }) => `Mapping of process ${pid}`,
    search: ({ pid }) => (pid > 0 ? `Found in process ${pid}` : 'Found'),
  }),
  bytes: 'Its bytes',
  facts: 'All that the images say',
  talks: 'Who talks to whom',
  listens: 'listening',
  outsider: 'someone outside of the dump',
  times: (/** @type {number} */ n) => `× ${number.format(n)}`,
  listening: (/** @type {number} */ n) => `${count(n, 'socket')} listening`,
  established: (/** @type {number} */ n) =>
    `${count(n, 'established TCP socket')}: a restore needs --tcp-established and the same address`,
  dangling: (/** @type {number} */ n) =>
    `${count(n, 'unix socket')} with a peer outside of the dump`,
  all: 'all processes',
  process: 'Process',
};

/** Memory. */
export const M = {
  strip:
    'The address space: each mapping as wide as the logarithm of its size, filled as far as it is stored',
  kinds: /** @type {Record<string, string>} */ ({
    anonymous: 'anonymous',
    file: 'file',
    heap: 'heap',
    stack: 'stack',
    memfd: 'memfd',
    shared: 'shared',
    sysv: 'System V',
    aio: 'aio',
    socket: 'socket',
    special: 'kernel',
    plugin: 'plugin',
  }),
  sums: (/** @type {string} */ mapped, /** @type {string} */ stored) =>
    `${mapped} mapped, ${stored} of it in this checkpoint`,
  places: {
    stored: 'stored here',
    previous: 'in an earlier dump',
    missing: 'missing',
    lazy: 'left for later (lazy)',
    unreadable: 'of an unknown form',
    zero: 'never written (zero)',
    file: 'as in the mapped file',
  },
  why: /** @type {Record<string, string>} */ ({
    nowhere: 'no memory here',
    file: 'as in the mapped file, not in the dump',
    kernel: 'made by the kernel, not in the dump',
    previous: 'in an earlier dump, which is not here',
    lazy: 'to be sent later, not in the dump',
    unreadable: 'stored in a form that is not known',
  }),
  absent: (/** @type {string} */ why, /** @type {string} */ size, /** @type {string} */ end) =>
    `${size} ${why}, up to ${end}`,
  bytesOf: (/** @type {string} */ address) => `Memory at ${address}`,
  goTo: 'Address to go to',
  goHint: '0x…',
  executable: 'writable and executable',
  earlier: 'Pages of an earlier dump',
  noEarlier: 'not given',
  earlierHint: 'Some pages are in a dump before this one: drop it as well.',
};

/** Searching memory. */
export const S = {
  form: 'What to search',
  forms: {
    text: 'Text (UTF-8 and UTF-16)',
    hex: 'Bytes (7f 45 ?? 46)',
    regex: 'Regular expression',
    pointers: 'Pointer to an address',
    strings: 'All strings, of at least',
  },
  pattern: 'Search for',
  run: 'Search',
  stop: 'Stop',
  presets: 'Presets',
  preset: {
    url: 'URLs',
    email: 'E-mail addresses',
    jwt: 'JSON Web Tokens',
    pem: 'Private keys (PEM)',
    aws: 'AWS access keys',
    password: 'Passwords and tokens by name',
    ip: 'IPv4 addresses',
  },
  ignoreCase: 'Ignore case',
  within: 'Within',
  kind: 'Kind of mapping',
  anyKind: 'any kind',
  perms: 'Permissions',
  reveal: 'Show secrets',
  head: ['PID', 'Address', 'Mapping', 'Found'],
  progress: (/** @type {number} */ share, /** @type {number} */ hits) =>
    `Searching, ${Math.floor(share * 100)} % · ${count(hits, 'hit')} so far`,
  done: (/** @type {number} */ hits, /** @type {string} */ size) =>
    hits === 0 ? `Done: nothing found in ${size}` : `Done: ${count(hits, 'hit')} in ${size}`,
  stopped: (/** @type {number} */ hits, /** @type {string} */ read, /** @type {string} */ size) =>
    `Stopped after ${read} of ${size}: ${count(hits, 'hit')} so far`,
  full: (/** @type {number} */ hits, /** @type {string} */ read, /** @type {string} */ size) =>
    `Ended at ${count(hits, 'hit')}, after ${read} of ${size}`,
  left: (/** @type {string} */ bytes) =>
    `${bytes} of memory are not in the dump and were not searched`,
  borders: (/** @type {number} */ n) =>
    `at ${count(n, 'border')} of pages nothing was searched across`,
  blocks: (/** @type {number} */ n) => `${count(n, 'damaged block')} not searched`,
  hint: 'Searches the pages of all processes, and of earlier dumps that are given. Nothing is searched before you ask.',
};

/** Sizes. */
export const Z = {
  parts: 'Where the bytes are',
  map: 'Members by size',
  rest: (/** @type {number} */ n) => `${count(n, 'smaller member')}`,
  area: (/** @type {string} */ name, /** @type {string} */ size) => `${name}, ${size}`,
  names: /** @type {Record<string, string>} */ ({
    pages: 'Memory pages',
    images: 'Other CRIU images',
    rootfs: 'Changed files (rootfs diff)',
    volumes: 'Volumes',
    logs: 'Logs',
    metadata: 'Metadata',
    overhead: 'Overhead of tar',
  }),
  partHead: ['Part', 'Bytes', 'Share', 'Members'],
  remedies: 'What would make it smaller',
  remedyHead: ['Remedy', 'Saves', 'Of the pages', 'How'],
  remedy: {
    zero: ['Zero pages', 'leave out pages that are all zero'],
    duplicate: ['Deduplication', 'store equal pages once'],
    page: ['Compression', 'criu dump --compress, page by page (after CRIU 4.2)'],
    region: ['Compression in regions', 'the same, in regions of 256 KiB'],
  },
  overlap: 'What these save does not add up: they save the same bytes.',
  notExact: 'There are too many pages to find all duplicates: there are at least as many as shown.',
  byProcess: 'Pages by process and mapping',
  mapHead: ['PID', 'Address', 'Mapping', 'Stored', 'Zero', 'Duplicate', 'Compressed'],
  look: 'Look at the pages',
  looking: (/** @type {number} */ share) => `Looking at the pages, ${Math.floor(share * 100)} %`,
  lookHint: (/** @type {string} */ size) =>
    `Reads all ${size} of pages: how many are zero, equal, or would compress.`,
};
