// SPDX-License-Identifier: Apache-2.0
// The words of files that are made of a checkpoint, to be saved.

const number = new Intl.NumberFormat('en');
const count = (/** @type {number} */ n, /** @type {string} */ one, many = `${one}s`) =>
  `${number.format(n)} ${n === 1 ? one : many}`;

export const K = {
  redacted: 'Copy without secrets (.tar.gz)',
  image: 'OCI image of it (.oci.tar)',
  core: 'Save its core file',
  stop: 'Making it… Stop',
  ends: { redacted: '-redacted.tar.gz', image: '.oci.tar' },
  coreName: (/** @type {string} */ name, /** @type {number | undefined} */ pid) =>
    `${name}-core.${pid}`,
  built: (/** @type {string} */ digest) => `The manifest of the image is ${digest}.`,
  cut: (
    /** @type {{cut: any[], notLookedInto: any[], tooShort: number}} */ {
      cut: { length: n },
      notLookedInto: { length: closed },
      tooShort,
    },
  ) =>
    [
      n === 0
        ? 'No secret was found: the copy holds the same.'
        : `${count(n, 'secret was', 'secrets were')} overwritten; the copy was read again, and none was found in it.`,
      closed > 0 && `${count(closed, 'member')} could not be looked into.`,
      tooShort > 0 &&
        `${count(tooShort, 'value')} too short to be looked for without a name may be left.`,
    ]
      .filter(Boolean)
      .join(' '),
  left: (/** @type {number} */ n) =>
    `${number.format(n)} secrets would be left in the copy: it is not given out.`,
  tooLarge:
    'The core file would be larger than 16 GiB, nearly all of it zero: "ckpt core" writes it as a sparse file.',
};
