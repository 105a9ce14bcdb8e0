// SPDX-License-Identifier: Apache-2.0
// Every word that the page says, in one place.

const number = new Intl.NumberFormat('en');
const count = (/** @type {number} */ n, /** @type {string} */ one, many = `${one}s`) =>
  `${number.format(n)} ${n === 1 ? one : many}`;

export const T = {
  title: 'Container checkpoint viewer',
  lead: 'Drop a container checkpoint, as an archive or unpacked, and see what is in it, and exactly what is wrong with it.',
  privacy:
    'Nothing you drop is uploaded: your browser reads the files right here, and this page’s own security policy forbids every network connection.',
  dropTitle: 'Drop files or a folder anywhere',
  dropMore: 'Add more: drop anywhere, or',
  dropNames:
    '.tar .tar.gz .tar.zst config.dump spec.dump status deleted.files network.status pod.options',
  dropNow: 'Let go to read it',
  dropNowMore: 'Files and whole folders. Nothing is uploaded.',
  chooseFiles: 'Choose files',
  chooseFolder: 'Choose a folder',
  pasteTitle: 'Paste text',
  pasteHint: 'Ctrl+V works anywhere on the page, for text and for files.',
  pasteLabel: 'Content of a metadata file',
  pasteRead: 'Read it',
  pasted: (/** @type {number} */ n) => `pasted text ${n}`,
  clear: 'Clear all',
  reading: 'Reading…',
  readingMany: (/** @type {number} */ n) => `Reading ${count(n, 'file')}…`,
  looking: (/** @type {number} */ n) => `Looking through the folder: ${count(n, 'file')} so far…`,
  nothingGiven: 'There was no file in what you dropped.',
  tooMany: (/** @type {number} */ n) =>
    `These are more than ${count(n, 'file')}. Drop the folder of one checkpoint instead.`,
  missed: (/** @type {number} */ n) =>
    `${count(n, 'file or folder', 'files or folders')} could not be read and ${n === 1 ? 'is' : 'are'} missing here.`,
  noFolders:
    'This browser does not let the page look into a dropped folder. Use “Choose a folder”, or drop the files in it.',
  onlyOthers:
    'No checkpoint metadata in here: none of these files has a name that is known, such as config.dump or spec.dump.',
  failed: 'The page’s worker has stopped; reload the page to start again.',
  start: 'The page could not start',
  needsScript: 'This page needs JavaScript: it reads your files itself, without a server.',
  looseFiles: 'Files',
  results: 'Results',
  jump: 'Files',
  summary: (
    /** @type {number} */ ok,
    /** @type {number} */ bad,
    /** @type {number} */ other,
    /** @type {number} */ cancelled = 0,
  ) =>
    [
      ok && `${count(ok, 'file')} fine`,
      bad && `${count(bad, 'file')} with a problem`,
      other && `${count(other, 'file')} not recognised`,
      cancelled && `${count(cancelled, 'file')} cancelled`,
    ]
      .filter(Boolean)
      .join(', ') || 'No files',

  verdict: {
    ok: 'Fine',
    error: 'Problem',
    unknown: 'Not recognised',
    broken: 'Broken off',
    cancelled: 'Cancelled',
  },
  verdictSentence: {
    ok: 'Read completely, without a problem.',
    unknown:
      'This does not look like checkpoint metadata. If it is, say above what it should be read as.',
  },
  kind: 'Read as',
  kindNone: 'choose…',
  kindGuessed: 'by its content',
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

  problem: {
    syntax: 'This is not valid JSON',
    type: 'A value has the wrong type',
    time: 'A time cannot be read',
    limit: 'A limit is exceeded',
    unreadable: 'The file cannot be read',
  },
  found: 'Found',
  expected: 'Expected',
  where: 'Where',
  rule: 'Rule',
  place: (/** @type {number} */ line, /** @type {number} */ column) =>
    `line ${line}, column ${column}`,
  byte: (/** @type {number} */ offset) => `byte ${number.format(offset)}`,
  inWholeFile: 'Show it in the file',
  partial:
    'What could be read in spite of that. The rest stands here as if it were not in the file.',
  tooLarge: (/** @type {string} */ size, /** @type {string} */ limit) =>
    `the file has ${size}; metadata files are read up to ${limit}`,

  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Not copied',
  copyWhat: (/** @type {string} */ what) => `Copy ${what}`,
  reveal: 'Show',
  secret: 'hidden, it may be a secret',
  more: (/** @type {number} */ n, /** @type {number} */ total) =>
    `Show ${number.format(n)} more of ${number.format(total)}`,
  moreText: (/** @type {number} */ shown, /** @type {number} */ total) =>
    `Show more (${number.format(shown)} of ${count(total, 'character')})`,
  list: (/** @type {number} */ n) => count(n, 'entry', 'entries'),
  filter: 'Only entries that contain',
  members: (/** @type {number} */ n) => count(n, 'member'),
  items: (/** @type {number} */ n) => count(n, 'item'),
  embedded: 'JSON in a string',
  others: (/** @type {number} */ n) => `${count(n, 'other file')}`,
  raw: 'The file itself',
  rawLabel: (/** @type {string} */ name) => `Text of ${name}`,
  allFields: 'Everything in the file',
  emptyText: 'empty',
  none: 'none',
  unset: 'not set',
  notRecorded: 'not recorded',
  yes: 'yes',
  no: 'no',
  unlimited: 'unlimited',
};

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

/** What is said about archives. */
export const A = {
  heading: 'Archive',
  waiting: 'Waiting',
  cancel: 'Cancel',
  again: 'Read it again',
  cancelled: 'Reading was cancelled.',
  progressLabel: (/** @type {string} */ name) => `Reading ${name}`,
  progress: (/** @type {string} */ read, /** @type {string} */ size, /** @type {number} */ share) =>
    `${read} of ${size} · ${Math.floor(share * 100)} %`,
  speed: (/** @type {string} */ text) => `${text}/s`,
  brokenOff: 'Reading broke off',
  noArchive: 'This cannot be read as an archive',
  brokenBefore: 'What came before is shown here.',
  inMember: (/** @type {string} */ name) => `in ${name}`,
  noCheckpoint: 'This archive does not look like a container checkpoint.',
  problems: 'Problems',
  problem: 'Problem',
  file: 'File',
  engine: 'Engine',
  evidence: 'Known by',
  evidenceIn: (/** @type {string} */ text, /** @type {string} */ place) => `${text} (${place})`,
  pod: 'Pod',
  ip: 'IP address',
  restored: 'Restored',
  layer: 'Layer of the image',
  sizes: 'Sizes',
  share: (/** @type {number} */ part) => percent.format(part),
  sizesOf: (/** @type {string} */ total) => `${total} in all`,
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
  files: 'Metadata files',
  members: (/** @type {number} */ n) => `Members (${number.format(n)})`,
  filter: 'Only members that contain',
  found: (/** @type {number} */ n) => `${number.format(n)} found`,
  below: (/** @type {number} */ n) => count(n, 'member'),
  types: /** @type {Record<string, string>} */ ({
    hardlink: 'hard link',
    symlink: 'link',
    character: 'character device',
    block: 'block device',
    fifo: 'pipe',
    other: 'of unknown type',
  }),
  linkTo: (/** @type {string} */ type, /** @type {string} */ target) => `${type} to ${target}`,
  containers: 'Containers of the pod',
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
  groups: 'Further groups',
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
  noNetworks: 'No network: the container had none of its own.',
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
  nothing: 'Nothing but null.',
  path: 'Path',
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
