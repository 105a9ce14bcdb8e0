// SPDX-License-Identifier: Apache-2.0
// What "crit x" prints, from the images as crit decodes them. Forms of lines are crit's (crit/crit/__main__.py);
// where it fails or errs, this goes on as the kernel shows it in /proc.
import { shown } from './rows.js';
import { localText, protocolText, remoteText } from './sockets.js';

/**
 * @typedef {{place: string, entries: Map<string, any[]>}} Images entries by the name of the image
 * @typedef {object} Explorer
 * @property {RegExp} images the images that it looks at
 * @property {boolean} [dump] it needs the dump as it is understood, not only its images
 * @property {(images: Images, dump: any, missing: (name: string) => void) => Generator<string>} lines
 */

/** vma_entry.status and .flags; see CRIU's include/image.h. */
const VMA = {
  regular: 1 << 0,
  stack: 1 << 1,
  vsyscall: 1 << 2,
  vdso: 1 << 3,
  heap: 1 << 5,
  file: (1 << 6) | (1 << 7),
  shared: 1 << 7,
  shmem: 1 << 8,
  sysv: 1 << 10,
  socket: 1 << 11,
  vvar: 1 << 12,
  memfd: 1 << 14,
};
const GROWSDOWN = 0x100;
const PAGE_SHIFT = 12n;
const DEAD = [2, 6];

const right = (/** @type {unknown} */ value, /** @type {number} */ width) =>
  String(value).padStart(width);
/** @param {bigint | number | undefined} value undefined: the image is damaged */
const hex = (value, width = 0) => value?.toString(16).padStart(width, '0') ?? '?';

/** The tasks: those that are alive first have files and memory. @param {Images} images @returns {{entry: any, pid: number, dead: boolean, comm: any}[]} */
function tasksOf({ entries }, missing = (/** @type {string} */ _name) => {}) {
  return (entries.get('pstree.img') ?? [])
    .filter((entry) => pidOf(entry, 'pid') !== undefined)
    .map((entry) => {
      const pid = pidOf(entry, 'pid');
      const [core] = entries.get(`core-${pid}.img`) ?? [];
      if (!core) missing(`core-${pid}.img`);
      return {
        ...{ entry, pid, comm: core?.tc?.comm ?? '' },
        dead: DEAD.includes(core?.tc?.task_state),
      };
    });
}

/** A number of pstree_entry, where newer images have several. @param {any} entry @param {string} name */
const pidOf = (entry, name) => entry[name] ?? entry[`ns_${name}`]?.[0];

/** @param {Images} images @param {any} _dump @param {(name: string) => void} missing */
function* ps(images, _dump, missing) {
  yield `${right('PID', 7)}${right('PGID', 7)}${right('SID', 7)}   COMM`;
  const tasks = tasksOf(images, missing);
  /** @type {Map<number, typeof tasks>} */
  const children = new Map(tasks.map(({ pid }) => [pid, []]));
  const roots = tasks.filter((task) => {
    const { ppid } = task.entry;
    const list = ppid === task.pid ? undefined : children.get(ppid);
    list?.push(task);
    return !list;
  });
  const seen = new Set();
  // What hangs in a circle of parents comes last.
  for (const root of [...roots, ...tasks]) {
    const stack = [{ task: root, depth: 0 }];
    for (let top; (top = stack.pop());) {
      const { task, depth } = top;
      if (seen.has(task)) continue;
      seen.add(task);
      const numbers = [task.pid, pidOf(task.entry, 'pgid'), pidOf(task.entry, 'sid')];
      const indent = ' '.repeat(4 * Math.min(depth, 256));
      yield `${numbers.map((n) => right(n, 7)).join('')}   ${indent}${shown(task.comm)}`;
      for (const child of (children.get(task.pid) ?? []).toReversed())
        stack.push({ task: child, depth: depth + 1 });
    }
  }
}

/** In which member of file_entry a file of each type is that crit describes, and the older image of it. */
const FILE_TYPES = /** @type {Record<string, {field: string, image: string}>} */ ({
  REG: { field: 'reg', image: 'reg-files.img' },
  PIPE: { field: 'pipe', image: 'pipes.img' },
  UNIXSK: { field: 'usk', image: 'unixsk.img' },
  MEMFD: { field: 'memfd', image: '' },
});

/** What crit calls an open file. */
class Files {
  /** @type {Map<string, any>} by type and id */
  #files = new Map();
  /** @type {Map<unknown, any>} */
  #inodes = new Map();

  /** @param {Images} images */
  constructor({ entries }) {
    for (const [type, { field, image }] of Object.entries(FILE_TYPES)) {
      for (const file of entries.get(image) ?? []) this.#files.set(`${type} ${file.id}`, file);
      for (const file of entries.get('files.img') ?? [])
        if (file.type === type && file[field]) this.#files.set(`${type} ${file.id}`, file[field]);
    }
    for (const inode of entries.get('memfd.img') ?? []) this.#inodes.set(inode.inode_id, inode);
  }

  /** @param {string} type @param {unknown} id @returns {string} */
  text(type, id) {
    const file = this.#files.get(`${type} ${id}`);
    if (type === 'REG') return file ? shown(file.name) : 'unknown path';
    if (type === 'PIPE') return `pipe[${file ? file.pipe_id : '?'}]`;
    if (type === 'UNIXSK') {
      if (!file) return 'unix[?]';
      return `unix[${file.ino} (${file.peer})${file.name ? ` ${shown(file.name)}` : ''}]`;
    }
    const inode = type === 'MEMFD' && file && this.#inodes.get(file.inode_id);
    return inode ? `memfd:${shown(inode.name)}` : `${type}.${id}`;
  }

  /** A file that memory is mapped from, which may be a memory file. @param {any} vma */
  mapped({ status, shmid }) {
    if (!(status & VMA.memfd)) return this.text('REG', shmid);
    const inode = this.#inodes.get(this.#files.get(`MEMFD ${shmid}`)?.inode_id);
    return inode ? shown(inode.name) : this.text('REG', shmid);
  }

  /** @param {unknown} id */
  program(id) {
    return this.#files.has(`REG ${id}`) || !this.#files.has(`MEMFD ${id}`)
      ? this.text('REG', id)
      : this.text('MEMFD', id);
  }
}

/** @param {Images} images @param {any} _dump @param {(name: string) => void} missing */
function* fds(images, _dump, missing) {
  const { entries } = images;
  const files = new Files(images);
  for (const { pid, dead } of tasksOf(images)) {
    yield String(pid);
    if (dead) continue;
    const table = entries.get(`ids-${pid}.img`)?.[0]?.files_id;
    const list = entries.get(`fdinfo-${table}.img`);
    if (table === undefined) missing(`ids-${pid}.img`);
    else if (!list) missing(`fdinfo-${table}.img`);
    for (const { fd, type, id } of list ?? []) yield `\t${right(fd, 7)}: ${files.text(type, id)}`;
    const place = entries.get(`fs-${pid}.img`)?.[0];
    if (!place) missing(`fs-${pid}.img`);
    for (const name of place ? ['cwd', 'root'] : [])
      yield `\t${right(name, 7)}: ${files.text('REG', place[`${name}_id`])}`;
  }
}

/** Small numbers in place of ids, in the order of their first use. */
function numbering() {
  const numbers = new Map();
  return (/** @type {unknown} */ id) => {
    if (!numbers.has(id)) numbers.set(id, numbers.size + 1);
    return hex(numbers.get(id));
  };
}

/** @param {any} vma @param {any} mm */
function isStack(vma, mm) {
  return vma.start <= mm.mm_start_stack && mm.mm_start_stack < vma.end;
}

/** What a mapping is, with a blank in front. @param {any} vma @param {any} mm @param {Files} files @param {(id: unknown) => string} number */
function mappingName(vma, mm, files, number) {
  const { status, flags, shmid, pgoff } = vma;
  if (status & VMA.sysv) return ` ips[${number(shmid)}]`;
  if (status & VMA.shmem) return ` shmem[${number(shmid)}]`;
  if (status & VMA.socket) return ` packet[${number(shmid)}]`;
  if (status & VMA.file) {
    const offset = pgoff ? ` + 0x${hex(pgoff)}` : '';
    return ` ${files.mapped(vma)}${offset}${status & VMA.shared ? ' (s)' : ''}`;
  }
  if (status & VMA.stack) return ' [stack]';
  if (status & VMA.vsyscall) return ' [vsyscall]';
  if (status & VMA.vdso) return ' [vdso]';
  if (status & VMA.vvar) return ' [vvar]';
  if (status & VMA.heap) return ' [heap]';
  if (flags & GROWSDOWN) return isStack(vma, mm) ? ' [stack]' : ' [stack?]';
  return '';
}

/** @param {number} prot */
const permissions = (prot) =>
  (prot & 1 ? 'r' : '-') + (prot & 2 ? 'w' : '-') + (prot & 4 ? 'x' : '-');

/** The mm_entry of a task that has one. @param {Images} images @param {{pid: number, dead: boolean}} task @param {(name: string) => void} missing */
function memoryOf({ entries }, { pid, dead }, missing) {
  const [mm] = entries.get(`mm-${pid}.img`) ?? [];
  if (!mm && !dead) missing(`mm-${pid}.img`);
  return mm;
}

/** @param {Images} images @param {any} _dump @param {(name: string) => void} missing */
function* mems(images, _dump, missing) {
  const files = new Files(images);
  const number = numbering();
  for (const task of tasksOf(images)) {
    yield String(task.pid);
    const mm = memoryOf(images, task, missing);
    if (!mm) continue;
    yield `\t${'exe'.padEnd(36)}    ${files.program(mm.exe_file_id)}`;
    for (const vma of mm.vmas ?? []) {
      const range = `${hex(vma.start, 8)}-${hex(vma.end, 8)}`.padEnd(36);
      const more = vma.status & VMA.regular ? '' : ' *';
      yield `\t${range}${permissions(vma.prot)}${mappingName(vma, mm, files, number)}${more}`;
    }
  }
}

/** Pages of a pagemap_entry: CRIU up to 4.1.1 has them in another member. @param {any} entry */
const pagesOf = (/** @type {any} */ { nr_pages: pages, compat_nr_pages: older }) =>
  BigInt(pages ?? older ?? 0);

/** @param {Images} images @param {any} _dump @param {(name: string) => void} missing */
function* rss(images, _dump, missing) {
  const files = new Files(images);
  for (const task of tasksOf(images)) {
    yield String(task.pid);
    const mm = memoryOf(images, task, missing);
    if (!mm) continue;
    const map = images.entries.get(`pagemap-${task.pid}.img`);
    if (!map) missing(`pagemap-${task.pid}.img`);
    const vmas = /** @type {any[]} */ (mm.vmas ?? []);
    let i = 0;
    let told = -1;
    for (const entry of (map ?? []).slice(1)) {
      const start = BigInt(entry.vaddr ?? 0);
      const end = start + (pagesOf(entry) << PAGE_SHIFT);
      while (i < vmas.length && vmas[i].end <= start) i++;
      let line = `\t${hex(start)} / ${String(pagesOf(entry)).padEnd(8)}`.padEnd(24);
      for (; i < vmas.length && vmas[i].start < end; i++) {
        if (i === told) {
          line += ' ~';
        } else {
          const vma = vmas[i];
          const size = String((BigInt(vma.end ?? 0) - BigInt(vma.start ?? 0)) >> PAGE_SHIFT).padEnd(
            8,
          );
          line += ` ${hex(vma.start, 8)} / ${size}`;
          if (vma.status & VMA.file) line += ` ${files.mapped(vma)}`;
          told = i;
        }
        yield line;
        line = `\t${' '.repeat(23)}`;
      }
      // crit ends each entry with the beginning of a line that has nothing in it.
      yield line;
      if (i > 0) i--;
    }
  }
}

/** The sockets: crit of Python has no such explorer; the lines are made as those of fds. @param {Images} images @param {any} dump */
function* sk(images, dump) {
  /** @type {Map<number, any[]>} */
  const byPid = new Map();
  for (const socket of dump.sockets()) {
    const list = byPid.get(socket.pid) ?? [];
    list.push(socket);
    byPid.set(socket.pid, list);
  }
  for (const { pid } of tasksOf(images)) {
    yield String(pid);
    for (const socket of byPid.get(pid) ?? []) {
      const words = [protocolText(socket), socket.state].filter(Boolean).map(shown).join(' ');
      const ends = [localText(socket), remoteText(socket)].filter(Boolean).join(' -> ');
      yield `\t${right(socket.fd ?? '-', 7)}: ${words} ${ends}`;
    }
  }
}

const FILES = 'files|reg-files|pipes|unixsk|memfd';

/** @type {Record<string, Explorer>} */
export const explorers = {
  ps: { images: /^(pstree|core-\d+)\.img$/, lines: ps },
  fds: { images: RegExp(`^(pstree|(core|ids|fdinfo|fs)-\\d+|${FILES})\\.img$`), lines: fds },
  mems: { images: RegExp(`^(pstree|(core|mm)-\\d+|${FILES})\\.img$`), lines: mems },
  rss: { images: RegExp(`^(pstree|(core|mm|pagemap)-\\d+|${FILES})\\.img$`), lines: rss },
  sk: { images: /^(pstree|core-\d+)\.img$/, dump: true, lines: sk },
};
