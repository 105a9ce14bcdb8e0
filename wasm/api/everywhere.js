// SPDX-License-Identifier: Apache-2.0
// What holds data of processes beside their memory: members of a checkpoint, and of archives in it.

/**
 * @typedef {import('./checkpoint.js').Checkpoint} Checkpoint
 * @typedef {import('./search.js').Stream} Stream
 */

/** Images with queues, deleted files, terminals and maps of BPF. */
const IMAGES =
  /^(pipes-data|fifo-data|sk-queues|tcp-stream-[0-9a-f]+|ghost-file-[0-9a-f]+|tty-data|bpfmap-data|ipcns-(?:shm|msg|sem)-\d+)\.img$/;
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
/** Bytes that gzip files in archives may hold, all together: a small one may say that it holds terabytes. */
const MOST_UNPACKED = 2 ** 30;

/** @param {Uint8Array} bytes of the start of a file */
const isGzip = (bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;

/**
 * What a gzip file holds, as far as it can be read.
 * @param {AsyncIterable<Uint8Array>} pieces @param {{room: number, failed: boolean}} state room: bytes that may follow
 */
async function* unpacked(pieces, state) {
  const { writable, readable } = new DecompressionStream('gzip');
  const writer = writable.getWriter();
  const reader = readable.getReader();
  const fed = (async () => {
    for await (const bytes of pieces) await writer.write(bytes.slice());
    await writer.close();
  })().catch(() => {}); // the reader is told
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (value.length > state.room) {
        state.failed = true;
        break;
      }
      state.room -= value.length;
      yield value;
    }
  } catch {
    state.failed = true;
  } finally {
    await reader.cancel().catch(() => {});
    await fed;
  }
}

/** @param {string} name */
const baseName = (name) => name.slice(name.lastIndexOf('/') + 1);

/**
 * Pages of memory that no process maps: of a file of memory that is only open (memfd_create()), of a segment
 * of shared memory that nobody has attached. Told as bytes of the file that they are in.
 * @param {Checkpoint} checkpoint @param {import('./dump.js').Dump} dump
 * @returns {Generator<Stream>}
 */
function* unmapped(checkpoint, dump) {
  const folders = new Set();
  const pages = [];
  for (const member of checkpoint.members) {
    const [, folder, kind] = /^(.*\/|)(pagemap-shmem|pages)-[^/]*\.img$/.exec(member.name) ?? [];
    if (member.type !== 'file' || kind === undefined) continue;
    if (kind === 'pages') pages.push({ member, folder });
    else folders.add(folder);
  }
  const shared = pages.filter(({ member, folder }) => folders.has(folder) && member.size > 0);
  if (shared.length === 0) return;
  const used = new Set();
  let packed = false;
  for (const pid of dump.memory.pids)
    for (const segment of dump.memory.segments(pid)) {
      used.add(segment.member);
      packed ||= segment.block !== null;
    }
  for (const { member } of shared) {
    if (used.has(member.name)) continue;
    const left = packed || isTooSparse(member); // not without their page map
    yield { name: member.name, pieces: left ? NOTHING : checkpoint.stream(member), left };
  }
}

/**
 * All of it, one after the other. Members of archives are named "rootfs-diff.tar!etc/passwd"; of a compressed
 * one it is what it holds.
 * @param {Checkpoint} checkpoint @param {import('./dump.js').Dump} dump its
 * @returns {AsyncGenerator<Stream>}
 */
export async function* everywhere(checkpoint, dump) {
  /** @type {import('./archive.js').Member[]} */
  const archives = [];
  /** @type {import('./archive.js').Member[]} */
  const images = [];
  const state = { room: MOST_UNPACKED, failed: false };
  for (const member of checkpoint.members) {
    if (member.type !== 'file' || member.size === 0) continue;
    if (ARCHIVES.test(member.name)) archives.push(member);
    else if (IMAGES.test(baseName(member.name)) || LOGS.test(baseName(member.name)))
      images.push(member);
  }
  yield* unmapped(checkpoint, dump);
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
      state,
    );
  }
}

/**
 * The files of an archive in one pass.
 * @param {Checkpoint} checkpoint @param {import('./archive.js').Member} outer @param {import('./archive.js').Member[]} files
 * @param {{room: number, failed: boolean}} state of what is unpacked
 * @returns {AsyncGenerator<Stream>}
 */
async function* inArchive(checkpoint, outer, files, state) {
  if (files.length === 0) return;
  const ranges = checkpoint.ranges(
    files.map((member) => ({ member, tag: member })),
    { inside: outer },
  );
  let next = await ranges.next();
  try {
    while (!next.done) {
      const { tag, bytes } = next.value;
      const name = `${outer.name}!${tag.name}`;
      const pieces = async function* () {
        while (!next.done && next.value.tag === tag) {
          yield next.value.bytes;
          next = await ranges.next();
        }
      };
      state.failed = false;
      yield { name, pieces: isGzip(bytes) ? unpacked(pieces(), state) : pieces() };
      if (state.failed) yield { name, pieces: NOTHING, left: true };
      // A caller that did not read all of it goes on with the next one.
      while (!next.done && next.value.tag === tag) next = await ranges.next();
    }
  } finally {
    await ranges.return(undefined);
  }
}
