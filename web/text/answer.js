// SPDX-License-Identifier: Apache-2.0
// The words of the three answers: whether it restores, whether to trust it, what was checked.

const number = new Intl.NumberFormat('en');
const count = (/** @type {number} */ n, /** @type {string} */ one, many = `${one}s`) =>
  `${number.format(n)} ${n === 1 ? one : many}`;

export const W = {
  engines: /** @type {Record<string, string>} */ ({
    podman: 'Podman',
    'cri-o': 'CRI-O',
    containerd: 'containerd',
    docker: 'Docker',
    runc: 'runc',
    crun: 'crun',
  }),
  noEngine: 'no engine',
  restoreOn: 'Restore on',
  own: (/** @type {string} */ name) => (name === '' ? 'any of them' : `${name}, which made it`),
  anyVersion: 'any version',
  version: 'Version of the target',
  target: 'Target',
  trust: 'Trust',
  checked: 'Checked',

  // The headline. None of these may be said if trust or coverage are worse than it.
  restores: (/** @type {string} */ who) => `${who} restores this checkpoint.`,
  restoresAsFar: (/** @type {string} */ who, /** @type {number} */ n) =>
    `${who} restores this checkpoint, as far as it was checked: ${count(n, 'part was', 'parts were')} not.`,
  restoresUnseen: (/** @type {string} */ who) =>
    `${who} restores this checkpoint, as far as it was checked: its CRIU images were not.`,
  restoresOdd: (/** @type {string} */ who) =>
    `${who} restores this checkpoint, but it looks suspicious.`,
  restoresErrors: (/** @type {string} */ who, /** @type {number} */ n) =>
    `${who} restores this checkpoint, with ${count(n, 'error')} in it.`,
  restoresIf: (/** @type {string} */ who, /** @type {number} */ n) =>
    `${who} restores this checkpoint if ${n === 1 ? 'one condition holds' : `${number.format(n)} conditions hold`}.`,
  restoresIfOdd: (/** @type {string} */ who, /** @type {number} */ n) =>
    `${who} restores this checkpoint if ${n === 1 ? 'one condition holds' : `${number.format(n)} conditions hold`}, but it looks suspicious.`,
  restoresIfErrors: (
    /** @type {string} */ who,
    /** @type {number} */ n,
    /** @type {number} */ errors,
  ) =>
    `${who} restores this checkpoint if ${n === 1 ? 'one condition holds' : `${number.format(n)} conditions hold`}; ${count(errors, 'error')} in it ${errors === 1 ? 'stops' : 'stop'} others only.`,
  fails: (/** @type {string} */ who) => `${who} does not restore this checkpoint.`,
  unknown: (/** @type {string} */ who) => `Cannot tell whether ${who} restores this checkpoint.`,
  nobody: 'No engine restores this checkpoint.',
  nobodyKnown: 'Cannot tell whether any engine restores this.',
  hostile: 'This archive is hostile: do not restore it.',
  damaged: 'The archive is damaged: reading broke off before its end.',
  limited: 'Not read to its end: a limit of this page was reached.',
  noArchive: 'This cannot be read as an archive.',
  noArchiveBut: (/** @type {string} */ what) =>
    `This is ${what}: it cannot be read as an archive of a checkpoint.`,
  notOne: 'This does not look like a container checkpoint.',
  notOneBut: (/** @type {string} */ what) =>
    `This is ${what}; it does not look like a container checkpoint.`,
  oneImage: (/** @type {string} */ what) =>
    `One image of CRIU (${what}), not a whole checkpoint: cannot tell whether it restores. Drop its archive or folder for more.`,
  pages: (/** @type {string} */ text, /** @type {number} */ n, /** @type {string} */ id) =>
    `${text}, ${count(n, 'page')}; the page map whose pages_id is ${id} tells their addresses`,
  loose: 'Nothing wrong in this metadata; whether the checkpoint restores, it cannot tell.',
  looseWarnings: (/** @type {number} */ n) =>
    `${count(n, 'warning')} in this metadata; whether the checkpoint restores, it cannot tell.`,
  looseErrors: (/** @type {number} */ n) => `This metadata has ${count(n, 'error')}.`,
  notFormat: (/** @type {string[]} */ names) => `${names.join(', ')}: not their format`,
  words: {
    restores: 'restores',
    conditional: 'restores if',
    fails: 'does not restore',
    unknown: 'cannot tell',
  },

  trustWords: {
    clean: 'Clean',
    suspicious: 'Suspicious',
    hostile: 'Hostile: do not restore',
  },
  clean: 'No sign of an attack or of a forged origin in what was checked.',
  secrets: (/** @type {number} */ n) => `${count(n, 'secret')} in it, hidden here`,

  everything: 'All that is there',
  noImages: 'All but the CRIU images',
  notAll: (/** @type {number} */ n) => `All but ${count(n, 'part')}`,
  upTo: (/** @type {string} */ place) => `Up to ${place}`,
  partly: 'archive, up to there',
  nothing: 'Nothing',
  parts: /** @type {Record<string, string>} */ ({
    members: 'archive',
    metadata: 'metadata',
    images: 'CRIU images',
    'file-systems': 'archives inside',
  }),
  notChecked: 'Not checked',
  searchSecrets: 'not searched; search now',
  absent: (/** @type {string[]} */ names) => `Not there, or not looked at: ${names.join(', ')}.`,
  notListed: (/** @type {number} */ n) => `${count(n, 'finding')} not listed, of kinds that are.`,

  stops: 'What stops it',
  passes: (/** @type {string} */ who) => `Errors that do not stop ${who}`,
  stopsOnly: (/** @type {string[]} */ names) =>
    names.length === 0 ? 'no engine checks this' : `stops ${names.join(', ')}`,
  arrange: 'What has to be arranged',
  evidence: 'evidence',
  must: 'What the target must have',
  alsoFound: 'Also found',
  moreFindings: (/** @type {number} */ n) => `All ${count(n, 'finding')}`,

  tones: {
    ok: 'Restores',
    conditional: 'Restores if',
    fails: 'Does not restore',
    error: 'Errors',
    hostile: 'Hostile',
    broken: 'Damaged',
    limited: 'Not read to its end',
    suspicious: 'Suspicious',
    unchecked: 'Not all checked',
    unknown: 'Cannot tell',
    none: 'No checkpoint',
  },
  /** What files are that are no checkpoint, by their first bytes. */
  fileKinds: /** @type {Record<string, string>} */ ({
    png: 'a PNG image',
    jpeg: 'a JPEG image',
    gif: 'a GIF image',
    webp: 'a RIFF file (WebP, WAV or AVI)',
    zip: 'a ZIP archive',
    '7z': 'a 7-Zip archive',
    rar: 'a RAR archive',
    elf: 'an ELF program, library or core file',
    pe: 'a Windows program',
    macho: 'a macOS program',
    pdf: 'a PDF document',
    wasm: 'a WebAssembly module',
    sqlite: 'an SQLite database',
    lz4: 'data compressed with LZ4',
    squashfs: 'a SquashFS file system',
    html: 'an HTML page',
    script: 'a script',
    text: 'text',
  }),
};
