// SPDX-License-Identifier: Apache-2.0
// Every word that the page says, in one place.

const number = new Intl.NumberFormat('en');
const count = (/** @type {number} */ n, /** @type {string} */ one, many = `${one}s`) =>
  `${number.format(n)} ${n === 1 ? one : many}`;

/** Names in a row: “a, b and c”. @param {string[]} names */
const list = (names) => new Intl.ListFormat('en-GB').format(names);

export const T = {
  title: 'Container checkpoint viewer',
  shortTitle: 'Checkpoints',
  from: (/** @type {string} */ origin) => `${origin} may send files to this page.`,
  heading: 'See inside a container checkpoint',
  lead: 'Will it restore? What is in it? What is wrong with it, and where? Drop a checkpoint of Podman, CRI-O, containerd or Docker and read the answer.',
  privacy:
    'Nothing you drop is uploaded: your browser reads the files right here, and this page’s own security policy forbids every network connection.',
  dropTitle: 'Drop a checkpoint anywhere',
  dropMore: 'Drop more anywhere',
  dropNames:
    'Archives (.tar, .tar.gz, .tar.zst), OCI images, folders, or single files such as config.dump',
  dropNow: 'Let go to read it',
  dropNowMore: 'Files and whole folders. Nothing is uploaded.',
  chooseFiles: 'Choose files',
  chooseFolder: 'Choose a folder',
  pasteTitle: 'Paste text',
  pasteHint: 'Ctrl+V works anywhere on the page, for text and for files.',
  pasteLabel: 'Content of a metadata file',
  pasteRead: 'Read it',
  pasted: (/** @type {number} */ n) => `pasted text ${n}`,
  samples: 'No checkpoint at hand?',
  sampleNames: { healthy: 'sample-healthy.tar', broken: 'sample-broken.tar' },
  sampleLabels: { healthy: 'Look at a healthy one', broken: 'or a broken one' },
  openMore: 'Open…',
  clear: 'Close all',
  close: 'Close this checkpoint',
  closeFile: 'Close this file',
  closeDialog: 'Close',
  dismiss: 'Dismiss',
  home: 'Start page',
  gone: 'That checkpoint is no longer open. Files are never stored, so drop it again.',
  switchItem: 'Checkpoint to show',
  allItems: (/** @type {number} */ n) => count(n, 'checkpoint or file', 'checkpoints and files'),
  inPod: (/** @type {string} */ name) => `in ${name}`,
  theme: (/** @type {string} */ name) => `Colours: ${name}`,
  themes: { system: 'system', light: 'light', dark: 'dark' },
  help: 'Keys and help',
  keys: /** @type {[string[], string][]} */ ([
    [['1', '2', '…'], 'views, in their order'],
    [['0'], 'start page'],
    [['/'], 'search'],
    [['j', 'k'], 'next, previous finding or line'],
    [['Enter'], 'go to the place'],
    [['←', '→'], 'close, open a folder'],
    [['Esc'], 'back, out of a field or dialog'],
    [['Ctrl+V'], 'read what is in the clipboard'],
    [['?'], 'this help'],
  ]),
  viewsLabel: 'Views',
  views: {
    overview: 'Overview',
    findings: 'Findings',
    processes: 'Processes',
    metadata: 'Metadata',
    files: 'Files',
    compare: 'Compare',
  },
  number: (/** @type {number} */ n) => number.format(n),
  reading: 'Reading…',
  looking: (/** @type {number} */ n) => `Looking through the folder: ${count(n, 'file')} so far…`,
  nothingGiven: 'There was no file among what you dropped.',
  tooMany: (/** @type {number} */ n) =>
    `That is more than ${count(n, 'file')}. Drop the folder of one checkpoint instead.`,
  missed: (/** @type {number} */ n) =>
    `${count(n, 'file or folder', 'files or folders')} could not be read and ${n === 1 ? 'is' : 'are'} missing here.`,
  noFolders:
    'This browser does not let the page read a dropped folder. Use “Choose a folder”, or drop the files in it.',
  failed: 'The page’s worker has stopped; reload the page to start again.',
  start: 'The page could not start',
  needsScript: 'This page needs JavaScript: it reads your files itself, without a server.',
  nothingFound: 'Nothing found.',
  fault: 'This part of the page failed',
  faultAgain: 'Try again',
  faultDetails: 'Details of the fault',
  copyDetails: 'Copy the details',
  leaving: 'What is open here is not stored anywhere.',

  states: {
    waiting: 'Waiting',
    reading: 'Reading…',
    ready: 'Read',
    failed: 'Not read',
    cancelled: 'Cancelled',
  },
  tones: {
    ok: 'Fine',
    warning: 'Warnings',
    error: 'Errors',
    hostile: 'Hostile',
    broken: 'Damaged',
    suspicious: 'Suspicious',
    conditional: 'Restores if',
    unknown: 'Cannot tell',
    none: 'No checkpoint',
  },
  counted: {
    error: (/** @type {number} */ n) => count(n, 'error'),
    warning: (/** @type {number} */ n) => count(n, 'warning'),
    info: (/** @type {number} */ n) => count(n, 'note'),
  },
  severities: { error: 'Error', warning: 'Warning', info: 'Note' },
  /**
   * The verdict in one sentence.
   * @param {'ok' | 'warning' | 'error' | 'hostile' | 'none'} tone
   * @param {import('./types.d.ts').Model} model
   */
  sentence(tone, { broken, report: { counts, targets, trust }, form }) {
    if (broken?.nothing) return 'This cannot be read as an archive.';
    if (broken) return 'The archive is damaged: reading broke off before its end.';
    if (tone === 'none') return 'This does not look like a container checkpoint.';
    if (tone === 'hostile') return 'This archive is hostile: do not restore it.';
    const named = (/** @type {string} */ word) =>
      list(
        targets
          .filter(({ verdict }) => verdict === word)
          .map(({ name }) => T.engines[name] ?? name),
      );
    const good = named('restores');
    const trusted = trust.level === 'clean' ? '' : ' It looks odd: see who made it.';
    if (good !== '')
      return tone === 'ok'
        ? `This checkpoint is fine; ${good} can restore it.`
        : `${good} can restore this checkpoint; mind the ${counts.error > 0 ? 'errors' : 'warnings'} below.${trusted}`;
    const under = named('conditional');
    if (under !== '')
      return `${under} can restore this checkpoint under conditions; mind them${counts.error > 0 ? ', and the errors below' : ''}.${trusted}`;
    const unsure = targets.some(({ verdict }) => verdict === 'unknown');
    if (targets.length > 0 && !unsure) return 'No engine will restore this checkpoint as it is.';
    if (counts.error > 0) return `This checkpoint has ${count(counts.error, 'error')}.`;
    if (unsure) return `Whether it can be restored, cannot be told from here.${trusted}`;
    return counts.warning > 0
      ? `No errors in this ${form === 'unknown' ? 'metadata' : 'checkpoint'}; mind the warnings below.`
      : `Nothing is wrong with this ${form === 'unknown' ? 'metadata' : 'checkpoint'}.`;
  },
  verdictSaid: (
    /** @type {string} */ name,
    /** @type {{error: number, warning: number}} */ { error, warning },
  ) => `${name}: ${count(error, 'error')}, ${count(warning, 'warning')}`,
  restore: 'Can it be restored?',
  engines: /** @type {Record<string, string>} */ ({
    podman: 'Podman',
    'cri-o': 'CRI-O',
    containerd: 'containerd',
    docker: 'Docker',
    runc: 'runc',
    crun: 'crun',
  }),
  targetVerdicts: { restores: 'yes', conditional: 'yes, if', fails: 'no', unknown: 'cannot tell' },
  noReasons: 'Nothing was found that would prevent it.',
  topFindings: 'Most important findings',
  allFindings: (/** @type {number} */ n) => `All ${number.format(n)} kinds of findings`,
  places: (/** @type {number} */ n) => count(n, 'place'),
  noFindings: 'No findings: nothing is wrong with this.',
  filterFindings: 'Filter findings',
  searchFindings: 'Search findings',
  severity: 'Severity',
  area: 'Area',
  member: 'File',
  all: 'all',
  areas: /** @type {Record<string, string>} */ ({
    container: 'Archive',
    config: 'Container configuration',
    spec: 'OCI specification',
    'side-files': 'Additional engine files',
    'file-system': 'File system',
    'criu-images': 'CRIU images',
    'across-files': 'Across files',
    restore: 'Restoring',
    privacy: 'Privacy and security',
    'image-pod': 'Images and pods',
  }),
  hint: 'What to do:',
  cut: (/** @type {number} */ n) =>
    `${count(n, 'more finding')} of the same kinds not listed here.`,
  wholeArchive: 'the archive as a whole',
  lines: 'Lines around the place',
  contents: 'Sections',
  searchFiles: 'Search files',
  sort: 'Order',
  sorts: { name: 'by name', size: 'by size', order: 'as in the archive' },
  filesIn: (/** @type {number} */ n) => count(n, 'member'),
  foundFiles: (/** @type {number} */ n) => `${number.format(n)} found`,
  total: 'All',

  kind: 'Read as',
  kindGuessed: 'guessed from its content; choose another if it is wrong',
  kinds: /** @type {Record<string, string>} */ ({
    'config.dump': 'Container configuration',
    'spec.dump': 'OCI runtime specification',
    status: 'Container status (containerd)',
    'deleted.files': 'Deleted files',
    'network.status': 'Networks (Podman)',
    'pod.options': 'Pod checkpoint options',
    'kubernetes-checkpoint-metadata': 'Checkpoints of a Kubernetes container',
    spec: 'Annotations of a specification',
    any: 'Other JSON',
    text: 'Text',
  }),
  kindNames: /** @type {Record<string, string>} */ ({
    any: 'any JSON',
    spec: 'spec.dump (annotations only)',
  }),

  found: 'Found',
  expected: 'Expected',
  place: (/** @type {number} */ line, /** @type {number} */ column) =>
    `line ${line}, column ${column}`,
  byte: (/** @type {number} */ offset) => `byte ${number.format(offset)}`,
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Not copied',
  copyWhat: (/** @type {string} */ what) => `Copy ${what}`,
  reveal: 'Show',
  secret: 'hidden; it may be a secret',
  evenMore: (/** @type {number} */ n) => `${number.format(n)} more`,
  more: (/** @type {number} */ n, /** @type {number} */ total) =>
    `Show ${number.format(n)} more of ${number.format(total)}`,
  moreText: (/** @type {number} */ shown, /** @type {number} */ total) =>
    `Show more (${number.format(shown)} of ${count(total, 'character')})`,
  list: (/** @type {number} */ n) => count(n, 'entry', 'entries'),
  filter: 'Only entries that contain',
  members: (/** @type {number} */ n) => count(n, 'member'),
  items: (/** @type {number} */ n) => count(n, 'item'),
  embedded: 'JSON in a string',
  emptyText: 'empty',
  none: 'none',
  unset: 'not set',
  notRecorded: 'not recorded',
  notReadable: 'not readable',
  yes: 'yes',
  no: 'no',
  unlimited: 'unlimited',
};

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

/** What is said about archives. */
/** What was running. */
export const P = {
  gaps: 'What could not be read',
  gapHead: ['Image', 'Place', 'What is wrong'],
  entry: (/** @type {number} */ index) => `entry ${number.format(index)}`,
  processes: 'Processes',
  processHead: ['PID', 'Parent', 'State', 'Name', 'Command line', 'Program', 'UID', 'Threads'],
  states: /** @type {Record<string, string>} */ ({
    alive: 'alive',
    stopped: 'stopped',
    unknown: 'unknown',
  }),
  exited: (/** @type {number} */ status) => `dead, exit status ${status}`,
  killed: (/** @type {string} */ signal) => `dead, killed by ${signal}`,
  files: 'Open files',
  fileHead: ['PID', 'FD', 'Type', 'Path', 'Deleted', 'Flags'],
  deleted: 'yes',
  sockets: 'Sockets',
  socketHead: ['PID', 'FD', 'Protocol', 'State', 'Local', 'Remote'],
  mounts: 'Mounts',
  mountHead: ['Mounted on', 'Type', 'Source', 'Root', 'Flags', 'External'],
  inFlight: 'in flight',
  peer: (/** @type {number} */ inode, /** @type {{pid: number, fd: number}[]} */ holders) =>
    holders.length === 0
      ? `socket:[${inode}], not in the dump`
      : list(holders.map(({ pid, fd }) => `PID ${pid} FD ${fd}`)),
  environments: 'Environment',
  environmentHead: ['PID', 'Variable', 'Value'],
  noValue: 'no value',
  credentials: 'Credentials',
  credentialHead: [
    'PID',
    'UIDs',
    'GIDs',
    'Effective capabilities',
    'Seccomp',
    'No new privileges',
    'LSM',
  ],
  seccomp: (/** @type {string} */ mode, /** @type {number} */ filters) =>
    mode === 'filter' ? `filter (${count(filters, 'program')})` : mode,
  unknown: 'not in the dump',
  hex: (/** @type {string} */ digits) => `hex ${digits}`,
};

export const A = {
  waiting: 'Waiting',
  cancel: 'Cancel',
  again: 'Read it again',
  cancelled: 'Reading was cancelled.',
  progressLabel: (/** @type {string} */ name) => `Reading ${name}`,
  progress: (/** @type {string} */ read, /** @type {string} */ size, /** @type {number} */ share) =>
    `${read} of ${size} · ${Math.floor(share * 100)} %`,
  speed: (/** @type {string} */ text) => `${text}/s`,
  brokenBefore: 'What came before is shown here.',
  inMember: (/** @type {string} */ name) => `in ${name}`,
  engine: 'Engine',
  evidence: 'Known by',
  evidenceIn: (/** @type {string} */ text, /** @type {string} */ place) => `${text} (${place})`,
  pod: 'Pod',
  ip: 'IP address',
  layer: 'Layer of the image',
  sizes: 'Sizes',
  share: (/** @type {number} */ part) => percent.format(part),
  sizesLabel: (/** @type {string} */ parts) => `What the bytes are: ${parts}`,
  part: (/** @type {string} */ label, /** @type {string} */ size) => `${label} ${size}`,
  parts: /** @type {Record<string, string>} */ ({
    pages: 'Memory pages',
    images: 'Other CRIU images',
    gpuPages: 'GPU pages',
    rootfsDiff: 'Changed files (rootfs diff)',
    volumes: 'Volumes',
    devshm: 'Shared memory (/dev/shm)',
    logs: 'Logs',
    other: 'Other',
  }),
  statistics: 'Dump statistics',
  times: /** @type {Record<string, string>} */ ({
    freezing_time: 'Freezing took',
    frozen_time: 'Frozen for',
    memdump_time: 'Memory dump took',
    memwrite_time: 'Memory write took',
  }),
  counts: /** @type {Record<string, string>} */ ({
    pages_scanned: 'Pages scanned',
    pages_skipped_parent: 'Pages skipped, as in the parent',
    pages_written: 'Pages written',
    irmap_resolve: 'Inode names resolved',
    pages_lazy: 'Pages left for later (lazy)',
    page_pipes: 'Page pipes',
    page_pipe_bufs: 'Page pipe buffers',
    shpages_scanned: 'Shared pages scanned',
    shpages_skipped_parent: 'Shared pages skipped, as in the parent',
    shpages_written: 'Shared pages written',
  }),
  microseconds: (/** @type {string} */ n) => `${n} µs`,
  types: /** @type {Record<string, string>} */ ({
    directory: 'folder',
    hardlink: 'hard link',
    symlink: 'link',
    character: 'character device',
    block: 'block device',
    fifo: 'pipe',
    other: 'of unknown type',
  }),
  linkTo: (/** @type {string} */ type, /** @type {string} */ target) => `${type} to ${target}`,
  containers: 'Containers of the pod',
  member: 'Member',
  members: 'Members',
  loose: 'Metadata files',
  largest: 'Largest files',
  checkpointSize: (/** @type {string} */ size) =>
    `Checkpoint size (memory pages and other images): ${size}`,
  noMember: 'There is no such member.',
  tooLarge: (/** @type {string} */ size, /** @type {string} */ limit) =>
    `It has ${size}; members are shown up to ${limit}.`,
  forms: /** @type {Record<string, string>} */ ({
    archive: 'Checkpoint archive',
    directory: 'Checkpoint directory',
    'oci-layout': 'Checkpoint image (OCI layout)',
    'docker-archive': 'Checkpoint image (docker save)',
    'criu-directory': 'CRIU images',
    pod: 'Pod checkpoint',
    'containerd-ctr': 'Checkpoint image of containerd',
    unknown: 'Archive',
  }),
  compressions: /** @type {Record<string, string>} */ ({
    none: 'not compressed',
    gzip: 'gzip',
    zstd: 'zstd',
  }),
};

/** What is said where a member is looked at. */
export const F = {
  empty: 'The file is empty.',
  left: 'This file is no longer open.',
  cutText: 'Only the first 32 MiB of this file are shown as text; the byte view shows all of it.',
  modes: { list: 'Members', json: 'JSON', text: 'Text', hex: 'Bytes' },
  modesLabel: 'How to show it',
  rows: (/** @type {string} */ mode, /** @type {string} */ name) => `${mode} of ${name}`,
  search: 'Search in this file',
  searchHint: 'Search, or :120 to go to a line',
  searchHexHint: 'Search text or bytes (7f 45), or :0x1f0 to go there',
  hits: (/** @type {number} */ now, /** @type {number} */ total, /** @type {boolean} */ more) =>
    `${number.format(now)} of ${more ? 'more than ' : ''}${number.format(total)}`,
  noHits: 'Not found',
  searching: 'Searching…',
  next: 'Next place',
  previous: 'Previous place',
  foldAll: 'Fold all',
  unfoldAll: 'Unfold all',
  fold: 'Fold or unfold',
  reveal: 'Show secrets',
  hide: 'Hide secrets',
  save: 'Save',
  saveWhat: (/** @type {string} */ name) => `Save ${name} to the disk`,
  saving: (/** @type {number} */ share) => `${Math.floor(share * 100)} % · cancel`,
  line: (/** @type {number} */ line, /** @type {number} */ column) =>
    `line ${number.format(line)}, column ${number.format(column)}`,
  offset: (/** @type {number} */ offset) =>
    `byte ${number.format(offset)} (0x${offset.toString(16)})`,
  whole: 'the whole document',
  pointer: 'pointer',
  copyPointer: 'Copy pointer',
  copyValue: 'Copy value',
  value: 'value',
  insideOf: (/** @type {string} */ name) => `Members of ${name}`,
};

/** What is said where reports are taken along. */
export const X = {
  export: 'Export',
  forms: {
    json: 'Report as JSON',
    sarif: 'Report as SARIF',
    markdown: 'Report as Markdown',
    html: 'This page with the report inside',
  },
  print: 'Print',
  markdown: 'as Markdown',
  copy: 'Copy as Markdown',
  badReports: 'The report in this page cannot be read.',
};

/** What is said where two checkpoints are compared. */
export const D = {
  with: 'Compared with',
  choose: 'choose an open checkpoint',
  swap: 'Swap',
  nothing: 'Drop a second checkpoint here, or open one, to see what changed between the two.',
  before: 'Before',
  after: 'After',
  what: 'What',
  change: 'Change',
  difference: 'Difference',
  place: 'Place',
  same: 'No difference.',
  content: 'other content',
  changes: { added: 'added', removed: 'removed', changed: 'changed', moved: 'moved' },
  counts: (/** @type {{added: number, removed: number, changed: number}} */ counts) =>
    Object.values(counts).every((n) => n === 0)
      ? 'The members have the same names and sizes.'
      : `${number.format(counts.added)} added, ${number.format(counts.removed)} removed, ${number.format(counts.changed)} changed.`,
  come: 'New findings',
  gone: 'Resolved findings',
};

/** Headings and labels of the views, by kind of file. */
export const V = {
  identity: 'Identity',
  times: 'Times',
  name: 'Name',
  id: 'ID',
  imageName: 'Image',
  imageAsked: 'Image as asked for',
  imageRef: 'Image reference',
  runtime: 'Runtime',
  restored: 'Restored before',
  created: 'Created',
  started: 'Started',
  checkpointed: 'Checkpointed',
  finished: 'Finished',
  restoredAt: 'Restored',
  later: (/** @type {string} */ time) => `${time} later`,
  earlier: (/** @type {string} */ time) => `${time} earlier`,

  process: 'Process',
  command: 'Command',
  user: 'User',
  umask: 'File mode mask',
  groups: 'Additional groups',
  cwd: 'Working directory',
  terminal: 'Terminal',
  noNewPrivileges: 'No new privileges',
  apparmor: 'AppArmor profile',
  selinux: 'SELinux label',
  oom: 'OOM score adjustment',
  environment: 'Environment',
  variable: 'Variable',
  value: 'Value',
  capabilities: 'Capabilities',
  rlimits: 'Process limits',
  limit: 'Limit',
  soft: 'Soft',
  hard: 'Hard',
  root: 'Root file system and host',
  rootPath: 'Root path',
  readonly: 'Read-only',
  hostname: 'Host name',
  domainname: 'Domain name',
  ociVersion: 'OCI version',
  mounts: 'Mounts',
  destination: 'Destination',
  type: 'Type',
  source: 'Source',
  options: 'Options',
  namespaces: 'Namespaces',
  namespace: 'Namespace',
  joins: 'Joins',
  newNamespace: 'a new one',
  resources: 'Resources',
  memoryLimit: 'Memory',
  memoryReservation: 'Memory, soft limit',
  memorySwap: 'Memory and swap',
  cpu: 'Processor time',
  cpuShares: 'Processor shares',
  cpus: 'Processors',
  mems: 'Memory nodes',
  pids: 'Processes and threads',
  blockWeight: 'Disk weight',
  hugepages: (/** @type {string} */ size) => `Huge pages of ${size}`,
  cpuOf: (/** @type {string} */ cpus) => `${cpus} of one processor`,
  cpuMany: (/** @type {string} */ cpus) => `${cpus} processors`,
  microseconds: (/** @type {bigint} */ quota, /** @type {bigint} */ period) =>
    `${quota} of every ${period} µs`,
  unified: 'cgroup settings',
  setting: 'Setting',
  security: 'Security',
  cgroupsPath: 'cgroup path',
  seccomp: 'System call filter',
  seccompRules: (/** @type {string} */ action, /** @type {number} */ n) =>
    `${action} unless one of ${count(n, 'rule')} says otherwise`,
  maskedPaths: 'Hidden paths',
  readonlyPaths: 'Read-only paths',
  sysctl: 'Kernel parameters',
  annotations: 'Annotations',
  annotation: 'Key',

  status: 'State',
  state: 'State',
  running: 'running',
  exited: 'exited',
  createdState: 'created, not started',
  pid: 'Process ID on the host',
  exitCode: 'Exit code',
  reason: 'Reason',
  message: 'Message',

  deleted: 'Files the container deleted',
  noneDeleted: 'No file is listed as deleted.',
  networks: 'Networks',
  network: 'Network',
  interface: 'Interface',
  address: 'Address',
  gateway: 'Gateway',
  mac: 'Hardware address',
  noNetworks: 'The container had no network of its own.',
  pod: 'Pod checkpoint',
  version: 'Format version',
  containers: 'Containers',
  container: 'Container',
  folder: 'Folder',
  noContainers: 'No containers.',
  podFullName: 'Pod',
  containerName: 'Container',
  totalSize: 'Total size',
  checkpoints: 'Checkpoints',
  archive: 'Archive',
  size: 'Size',
  made: 'Made',
  content: 'Content',
  nothing: 'Only null.',
  path: 'Path',
  imageAnnotations: 'Annotations of the image',
};

/** Units of durations, from large to small: name and milliseconds. @type {[string, number][]} */
export const UNITS = [
  ['year', 31_556_952_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

/**
 * A duration in words: its two largest units ("3 hours 12 minutes").
 * @param {number} milliseconds
 */
export function duration(milliseconds) {
  if (milliseconds > 0 && milliseconds < 1)
    return count(Math.round(milliseconds * 1000), 'microsecond');
  if (milliseconds < 100 && !Number.isInteger(milliseconds))
    return `${milliseconds.toFixed(1)} milliseconds`;
  if (milliseconds < 1000) return count(Math.round(milliseconds), 'millisecond');
  if (milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(1)} seconds`;
  let rest = milliseconds;
  const words = [];
  for (const [unit, size] of UNITS) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0) words.push(count(n, unit));
    else if (words.length > 0) break;
    if (words.length === 2) break;
  }
  return words.join(' ');
}
