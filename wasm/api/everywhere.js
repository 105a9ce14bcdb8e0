// SPDX-License-Identifier: Apache-2.0
// What holds data of processes beside their memory: members of a checkpoint, and of archives in it.

/**
 * @typedef {import('./checkpoint.js').Checkpoint} Checkpoint
 * @typedef {import('./search.js').Stream} Stream
 */

/** Images with queues, deleted files, terminals and maps of BPF. */
const IMAGES =
  /^(pipes-data|fifo-data|sk-queues|tcp-stream-[0-9a-f]+|ghost-file-[0-9a-f]+|tty-data|bpfmap-data|ipcns-(?:shm|msg)-\d+)\.img$/;
/** What programs and CRIU wrote. */
const LOGS = /^(ctr\.log|container\.log|io\.kubernetes\.cri-o\.LogPath|dump\.log|restore\.log)$/;
/** Archives of file systems. */
const ARCHIVES =
  /(^|\/)(rootfs-diff\.tar|devshm-checkpoint\.tar|volumes\/[^/]+\.tar|tmpfs(-dev)?-\d+\.tar\.gz\.img)$/;

/** Holes are read as zeros: of a file of terabytes there may be nothing else. */
const MOST_SPARSE = 2 ** 28;
const isTooSparse = (/** @type {import('./archive.js').Member} */ { flags, size }) =>
  size > MOST_SPARSE && flags.includes('sparse');
const NOTHING = (async function* () {})();

/** @param {string} name */
const baseName = (name) => name.slice(name.lastIndexOf('/') + 1);

/**
 * All of it, one after the other. Members of archives are named "rootfs-diff.tar!etc/passwd".
 * @param {Checkpoint} checkpoint
 * @returns {AsyncGenerator<Stream>}
 */
export async function* everywhere(checkpoint) {
  /** @type {import('./archive.js').Member[]} */
  const archives = [];
  /** @type {import('./archive.js').Member[]} */
  const images = [];
  for (const member of checkpoint.members) {
    if (member.type !== 'file' || member.size === 0) continue;
    if (ARCHIVES.test(member.name)) archives.push(member);
    else if (IMAGES.test(baseName(member.name)) || LOGS.test(baseName(member.name)))
      images.push(member);
  }
  for (const member of images) yield { name: member.name, pieces: checkpoint.stream(member) };
  for (const outer of archives) {
    const { members, error } = await checkpoint.list(outer);
    if (error) {
      // What cannot be read as an archive is searched as it is.
      yield { name: outer.name, pieces: checkpoint.stream(outer) };
      continue;
    }
    const files = [...members].filter(({ type, size }) => type === 'file' && size > 0);
    for (const member of files.filter(isTooSparse))
      yield { name: `${outer.name}!${member.name}`, pieces: NOTHING, left: true };
    yield* inArchive(
      checkpoint,
      outer,
      files.filter((member) => !isTooSparse(member)),
    );
  }
}

/**
 * The files of an archive in one pass.
 * @param {Checkpoint} checkpoint @param {import('./archive.js').Member} outer @param {import('./archive.js').Member[]} files
 * @returns {AsyncGenerator<Stream>}
 */
async function* inArchive(checkpoint, outer, files) {
  if (files.length === 0) return;
  const ranges = checkpoint.ranges(
    files.map((member) => ({ member, tag: member })),
    { inside: outer },
  );
  let next = await ranges.next();
  try {
    while (!next.done) {
      const { tag } = next.value;
      const pieces = async function* () {
        while (!next.done && next.value.tag === tag) {
          yield next.value.bytes;
          next = await ranges.next();
        }
      };
      yield { name: `${outer.name}!${tag.name}`, pieces: pieces() };
      // A caller that did not read all of it goes on with the next one.
      while (!next.done && next.value.tag === tag) next = await ranges.next();
    }
  } finally {
    await ranges.return(undefined);
  }
}
