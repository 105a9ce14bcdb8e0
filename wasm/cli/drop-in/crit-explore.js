// SPDX-License-Identifier: Apache-2.0
// The tables of "crit x": processes, descriptors, mappings and pages of a folder of images.
import { escapeForTerminal } from '../../report/escape.js';
import { Failure } from '../exit.js';

/** @typedef {(file: string) => {entries: any[]}} Load */

/** VMA_AREA_* of CRIU's include/image.h, and MAP_GROWSDOWN of the kernel. */
const VMA = {
  regular: 1,
  stack: 2,
  vsyscall: 4,
  vdso: 8,
  private: 64,
  shared: 128,
  anonShared: 256,
};
const SYSV = 1024;
const SOCKET = 2048;
const GROWS_DOWN = 0x100;

/** @param {any} value */
const hex = (value, width = 8) => BigInt(value).toString(16).padStart(width, '0');
/** @param {any} value @param {number} width */
const right = (value, width) => String(value).padStart(width);
/** The number of a process in its own namespace, or the first of those it has. @param {any} entry @param {string} name */
const idOf = (entry, name) => entry[name] ?? entry[`ns_${name}`]?.[0];
/** @param {any} text */
const shown = (text) => escapeForTerminal(typeof text === 'string' ? text : (text?.hex ?? ''));

/** Names of files by id, from files.img. @param {Load} load */
function namer(load) {
  /** @type {Map<number, any> | undefined} */
  let files;
  return (/** @type {string} */ type, /** @type {any} */ id) => {
    try {
      files ??= new Map(load('files.img').entries.map((entry) => [Number(entry.id), entry]));
    } catch {
      files = new Map();
    }
    const entry = files.get(Number(id));
    if (type === 'REG') return entry?.reg ? shown(entry.reg.name) : 'unknown path';
    if (type === 'PIPE') return entry?.pipe ? `pipe[${entry.pipe.pipe_id}]` : 'pipe[?]';
    if (type !== 'UNIXSK') return `${type}.${id}`;
    if (!entry?.usk) return 'unix[?]';
    const { ino, peer, name } = entry.usk;
    return `unix[${ino} (${peer})${shown(name) === '' ? '' : ` ${shown(name)}`}]`;
  };
}

/** @param {Load} load */
const tasks = (load) => load('pstree.img').entries;

/** @param {Load} load */
function ps(load) {
  const all = tasks(load);
  /** @type {Map<number, any[]>} */
  const children = new Map();
  for (const task of all) {
    const list = children.get(Number(task.ppid)) ?? [];
    list.push(task);
    children.set(Number(task.ppid), list);
  }
  let out = `${right('PID', 7)}${right('PGID', 7)}${right('SID', 7)}   COMM\n`;
  const root = (children.get(0) ?? []).at(-1);
  const seen = new Set();
  const stack = root ? [{ task: root, depth: 0 }] : [];
  for (let next; (next = stack.pop());) {
    const { task, depth } = next;
    if (seen.has(task)) throw new Failure('pstree.img: a process is below itself');
    seen.add(task);
    const pid = idOf(task, 'pid');
    const { comm } = load(`core-${pid}.img`).entries[0].tc;
    const ids = [pid, idOf(task, 'pgid'), idOf(task, 'sid')].map((id) => right(id, 7)).join('');
    out += `${ids}   ${' '.repeat(4 * depth)}${shown(comm)}\n`;
    for (const child of (children.get(Number(pid)) ?? []).toReversed())
      stack.push({ task: child, depth: depth + 1 });
  }
  return out;
}

/** @param {Load} load */
function fds(load) {
  const name = namer(load);
  let out = '';
  for (const task of tasks(load)) {
    const pid = idOf(task, 'pid');
    const { files_id: table } = load(`ids-${pid}.img`).entries[0];
    out += `${pid}\n`;
    for (const { fd, type, id } of load(`fdinfo-${table}.img`).entries)
      out += `\t${right(fd, 7)}: ${name(type, id)}\n`;
    const { cwd_id: cwd, root_id: root } = load(`fs-${pid}.img`).entries[0];
    out += `\t${right('cwd', 7)}: ${name('REG', cwd)}\n\t${right('root', 7)}: ${name('REG', root)}\n`;
  }
  return out;
}

/** Numbers for ids, in the order in which they come. */
class Numbers {
  #known = new Map();

  /** @param {any} id */
  of(id) {
    const key = String(id);
    if (!this.#known.has(key)) this.#known.set(key, this.#known.size + 1);
    return this.#known.get(key).toString(16);
  }
}

/** What a mapping is of. @param {any} vma @param {Numbers} numbers @param {ReturnType<typeof namer>} name */
function mappingText({ status, shmid, pgoff, flags }, numbers, name) {
  let text = '';
  if (status & SYSV) text = ` ips[${numbers.of(shmid)}]`;
  else if (status & VMA.anonShared) text = ` shmem[${numbers.of(shmid)}]`;
  else if (status & SOCKET) text = ` packet[${numbers.of(shmid)}]`;
  else if (status & (VMA.private | VMA.shared)) {
    text = ` ${name('REG', shmid)}`;
    if (BigInt(pgoff) !== 0n) text += ` + 0x${hex(pgoff, 1)}`;
    if (status & VMA.shared) text += ' (s)';
  } else if (status & VMA.stack) text = ' [stack]';
  else if (status & VMA.vsyscall) text = ' [vsyscall]';
  else if (status & VMA.vdso) text = ' [vdso]';
  else if (flags & GROWS_DOWN) text = ' [stack?]';
  return status & VMA.regular ? text : `${text} *`;
}

/** @param {Load} load */
function mems(load) {
  const name = namer(load);
  const numbers = new Numbers();
  let out = '';
  for (const task of tasks(load)) {
    const pid = idOf(task, 'pid');
    const { exe_file_id: exe, vmas } = load(`mm-${pid}.img`).entries[0];
    out += `${pid}\n\t${'exe'.padEnd(36)}    ${name('REG', exe)}\n`;
    for (const vma of vmas) {
      const perms = ['r', 'w', 'x']
        .map((letter, i) => (vma.prot & (1 << i) ? letter : '-'))
        .join('');
      const range = `${hex(vma.start)}-${hex(vma.end)}`.padEnd(36);
      out += `\t${range}${perms}${mappingText(vma, numbers, name)}\n`;
    }
  }
  return out;
}

/** @param {Load} load */
function rss(load) {
  const name = namer(load);
  let out = '';
  for (const task of tasks(load)) {
    const pid = idOf(task, 'pid');
    const { vmas } = load(`mm-${pid}.img`).entries[0];
    const [, ...entries] = load(`pagemap-${pid}.img`).entries;
    out += `${pid}\n`;
    let [at, told] = [0, -1];
    for (const { vaddr, nr_pages, compat_nr_pages: old } of entries) {
      const pages = nr_pages ?? old;
      const start = BigInt(vaddr);
      const end = start + (BigInt(pages) << 12n);
      while (at < vmas.length && BigInt(vmas[at].end) <= start) at++;
      let text = '';
      for (; at < vmas.length && BigInt(vmas[at].start) < end; at++) {
        const { start: from, end: to, status, shmid } = vmas[at];
        if (at === told) {
          text += ' ~';
        } else {
          const count = (BigInt(to) - BigInt(from)) >> 12n;
          text += ` ${hex(from)} / ${String(count).padEnd(8)}`;
          if (status & (VMA.private | VMA.shared)) text += ` ${name('REG', shmid)}`;
          told = at;
        }
        text += `\n\t${' '.repeat(23)}`;
      }
      at--;
      out += `${`\t${hex(start, 1)} / ${String(pages).padEnd(8)}`.padEnd(24)}${text}\n`;
    }
  }
  return out;
}

/** @type {Record<string, (load: Load) => string>} */
export const EXPLORERS = { ps, fds, mems, rss };
