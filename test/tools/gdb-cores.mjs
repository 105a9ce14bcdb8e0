#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
/*
 * Compares what gdb shows of `ckpt core` and of the core file that gcore takes of a live process.
 *
 *   test/tools/gdb-cores.mjs [PROGRAM ARGUMENT...]
 *
 * CRIU need not be there: the live process is stopped by gcore, and what gcore and /proc say of it is written as
 * CRIU writes it (registers as ptrace gives them, mappings as /proc/PID/maps has them, the pages of private and
 * shared anonymous memory), through the project's own encoder. Without arguments a small program with six
 * threads is compiled and run. Needs gdb, gcore and gcc.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { load, openCheckpoint } from '../../wasm/api/node.js';
import { PAGE, dumpArchive, pageMap } from '../js/lib/dump.mjs';

const PROGRAM = `
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <fcntl.h>
#include <unistd.h>
char *heap, *map, *file, *shared; double numbers[4] = {1.5, -2.25, 3e300, 4};
static pthread_barrier_t all;
__attribute__((noinline)) static int deep(int n, long key)
{
    char name[32];
    snprintf(name, sizeof(name), "level %d of %ld", n, key);
    if (n > 0) return deep(n - 1, key * 3 + 1) + name[0];
    __asm__ volatile("vmovupd %0, %%ymm5" : : "m"(numbers) : "xmm5");
    pthread_barrier_wait(&all);
    for (;;) pause();
}
static void *run(void *key) { return (void *)(long)deep(5, (long)key); }
int main(int argc, char **argv)
{
    pthread_t t[5];
    (void)argc;
    pthread_barrier_init(&all, NULL, 6);
    heap = malloc(100000); memset(heap, 'h', 100000);
    map = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 1 << 20; i += 8192) map[i] = (char)(i >> 12);
    int fd = open(argv[0], O_RDONLY);
    file = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    strcpy(file + 100, "written over the file");
    for (long i = 0; i < 5; i++) pthread_create(&t[i], NULL, run, (void *)(i + 10));
    pthread_barrier_wait(&all);
    printf("ready\\n"); fflush(stdout);
    for (;;) pause();
}
`;

const folder = mkdtempSync(join(tmpdir(), 'ckpt-gdb-'));
const run = (/** @type {string} */ command, /** @type {string[]} */ ...args) =>
  execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 }).toString();

/** Notes and memory of a 64-bit little-endian core file. @param {Buffer} file */
function parse(file) {
  const long = (/** @type {number} */ at) => file.readBigUInt64LE(at);
  const loads = [];
  const notes = [];
  const table = Number(long(32));
  for (let i = 0; i < file.readUInt16LE(56); i++) {
    const at = table + 56 * i;
    const [offset, address, , inFile] = [8, 16, 24, 32].map((k) => long(at + k));
    if (file.readUInt32LE(at) === 1)
      loads.push({ offset: Number(offset), address, length: Number(inFile) });
    if (file.readUInt32LE(at) !== 4) continue;
    for (let n = Number(offset); n < Number(offset + inFile);) {
      const [owner, length, type] = [0, 4, 8].map((k) => file.readUInt32LE(n + k));
      const start = n + 12 + Math.ceil(owner / 4) * 4;
      notes.push({ type, bytes: file.subarray(start, start + length) });
      n = start + Math.ceil(length / 4) * 4;
    }
  }
  return { loads, notes };
}

const REGISTERS =
  'r15 r14 r13 r12 bp bx r11 r10 r9 r8 ax cx dx si di orig_ax ip cs flags sp ss fs_base gs_base ds es fs gs'.split(
    ' ',
  );
const words = (
  /** @type {Buffer} */ bytes,
  /** @type {number} */ at,
  /** @type {number} */ count,
) => Array.from({ length: count }, (_, i) => bytes.readUInt32LE(at + 4 * i));
const longs = (
  /** @type {Buffer} */ bytes,
  /** @type {number} */ at,
  /** @type {number} */ count,
) => Array.from({ length: count }, (_, i) => bytes.readBigUInt64LE(at + 8 * i));

/** Registers of a thread as CRIU writes them. @param {Buffer} status @param {Buffer} state */
function threadInfo(status, state) {
  // CRIU writes what the processor has; XCR0 stands in bytes that FXSAVE leaves to programs.
  const has = (/** @type {bigint} */ bit) => ((state.readBigUInt64LE(464) >> bit) & 1n) !== 0n;
  const xsave = {
    xstate_bv: state.readBigUInt64LE(512),
    ...(has(2n) && { ymmh_space: words(state, 576, 64) }),
    ...(has(3n) && { bndreg_state: longs(state, 960, 8), bndcsr_state: longs(state, 1024, 2) }),
    ...(has(5n) && { opmask_reg: longs(state, 1088, 8) }),
    ...(has(6n) && { zmm_upper: longs(state, 1152, 64) }),
    ...(has(7n) && { hi16_zmm: longs(state, 1664, 128) }),
    ...(has(9n) && { pkru: words(state, 2688, 2) }),
  };
  return {
    clear_tid_addr: 0,
    gpregs: {
      ...Object.fromEntries(
        REGISTERS.map((name, i) => [name, status.readBigUInt64LE(112 + 8 * i)]),
      ),
      mode: 'NATIVE',
    },
    fpregs: {
      cwd: state.readUInt16LE(0),
      swd: state.readUInt16LE(2),
      twd: state.readUInt16LE(4),
      fop: state.readUInt16LE(6),
      rip: state.readBigUInt64LE(8),
      rdp: state.readBigUInt64LE(16),
      mxcsr: state.readUInt32LE(24),
      mxcsr_mask: state.readUInt32LE(28),
      st_space: words(state, 32, 32),
      xmm_space: words(state, 160, 64),
      xsave,
    },
  };
}

/** The dump that CRIU would have made. @param {any} ckpt @param {number} pid @param {string} maps @param {Buffer} core */
function dumpOf(ckpt, pid, maps, core) {
  const { loads, notes } = parse(core);
  const of = (/** @type {number} */ type) =>
    notes.filter((note) => note.type === type).map(({ bytes }) => bytes);
  const [info] = of(3);
  const [auxv] = of(6);
  const status = of(1);
  const states = of(0x202);
  const tids = status.map((bytes) => bytes.readUInt32LE(32));
  const ids = {
    ppid: info.readUInt32LE(28),
    pgid: info.readUInt32LE(32),
    sid: info.readUInt32LE(36),
  };
  /** @type {Map<string, number>} */
  const files = new Map();
  /** @type {any[]} */
  const vmas = [];
  /** @type {any[]} */
  const pages = [];
  for (const line of maps.trim().split('\n')) {
    const [, from, to, perms, offset, , inode, name] = /** @type {RegExpExecArray} */ (
      /^(\w+)-(\w+) (\S+) (\w+) (\S+) (\d+) *(.*)$/.exec(line)
    );
    const [start, end] = [BigInt(`0x${from}`), BigInt(`0x${to}`)];
    if (name === '[vsyscall]') continue;
    const isFile = inode !== '0' && name.startsWith('/');
    if (isFile && !files.has(name)) files.set(name, files.size + 1);
    const special = name === '[vdso]' || name.startsWith('[vvar');
    vmas.push({
      start,
      end,
      pgoff: BigInt(`0x${offset}`),
      shmid: isFile ? files.get(name) : 0,
      prot: (perms[0] === 'r' ? 1 : 0) | (perms[1] === 'w' ? 2 : 0) | (perms[2] === 'x' ? 4 : 0),
      flags: isFile ? 2 : 0x22,
      status:
        1 |
        (isFile
          ? 64
          : special
            ? name === '[vdso]'
              ? 8
              : 1 << 12
            : name === '[heap]'
              ? 0x220
              : 512),
      fd: -1,
      madv: 0,
    });
    for (const part of loads)
      for (let at = part.address; at < part.address + BigInt(part.length); at += BigInt(PAGE)) {
        if (at < start || at >= end) continue;
        const place = part.offset + Number(at - part.address);
        const bytes = core.subarray(place, place + PAGE);
        if (bytes.some((byte) => byte !== 0) || isFile)
          pages.push({ address: at, flags: 4, bytes });
      }
  }
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/.*\) /s, '').split(' ');
  const [startStack, argStart, argEnd, envStart, envEnd] = [25, 45, 46, 47, 48].map((i) =>
    BigInt(stat[i]),
  );
  const encode = (
    /** @type {string} */ name,
    /** @type {string} */ magic,
    /** @type {any[]} */ ...entries
  ) => ckpt.encodeImage(name, { magic, entries });
  const { map, pages: bytes } = pageMap(1, pages, '4.2');
  const uid = info.readUInt32LE(16);
  const gid = info.readUInt32LE(20);
  const comm = info.toString('latin1', 40, 56).replace(/\0.*/s, '');
  /** @type {Record<string, Uint8Array>} */
  const images = {
    'pstree.img': encode('pstree.img', 'PSTREE', { pid, ...ids, threads: tids }),
    'files.img': encode(
      'files.img',
      'FILES',
      ...[...files].map(([name, id]) => ({
        type: 'REG',
        id,
        reg: {
          id,
          flags: 0,
          pos: 0,
          fown: { uid: 0, euid: 0, signum: 0, pid_type: 0, pid: 0 },
          name,
        },
      })),
    ),
    [`pagemap-${pid}.img`]: map,
    'pages-1.img': bytes,
  };
  images[`mm-${pid}.img`] = encode(`mm-${pid}.img`, 'MM', {
    mm_start_code: BigInt(stat[23]),
    mm_end_code: BigInt(stat[24]),
    mm_start_data: 0,
    mm_end_data: 0,
    mm_start_stack: startStack,
    mm_start_brk: 0,
    mm_brk: 0,
    mm_arg_start: argStart,
    mm_arg_end: argEnd,
    mm_env_start: envStart,
    mm_env_end: envEnd,
    exe_file_id: 1,
    mm_saved_auxv: longs(auxv, 0, auxv.length / 8),
    vmas,
  });
  for (const [i, tid] of tids.entries())
    images[`core-${tid}.img`] = encode(`core-${tid}.img`, 'CORE', {
      mtype: 'X86_64',
      thread_info: threadInfo(status[i], states[i]),
      ...(tid === pid && {
        tc: {
          task_state: 1,
          exit_code: 0,
          personality: 0,
          flags: 0,
          blk_sigset: status[i].readBigUInt64LE(24),
          comm,
        },
      }),
      thread_core: {
        futex_rla: 0,
        futex_rla_len: 24,
        sched_nice: 0,
        blk_sigset: status[i].readBigUInt64LE(24),
        creds: {
          ...{ uid, gid, euid: uid, egid: gid, suid: uid, sgid: gid, fsuid: uid, fsgid: gid },
          ...{
            cap_inh: [0, 0],
            cap_prm: [0, 0],
            cap_eff: [0, 0],
            cap_bnd: [0, 0],
            secbits: 0,
            groups: [],
          },
        },
      },
    });
  return dumpArchive(images);
}

/** What gdb shows. @param {string} program @param {string} core @param {string[]} more commands */
function shown(program, core, more) {
  const commands = ['set pagination off', 'set width 0', 'set print elements 0', ...more];
  return execFileSync(
    'gdb',
    ['-q', '-nx', '-batch', ...commands.flatMap((one) => ['-ex', one]), program, core],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 28,
    },
  )
    .toString()
    .split('\n')
    .filter(
      (line) =>
        !/^(\[New LWP|warning|\[Thread debugging|Using host|Core was generated)/.test(line) &&
        line !== '',
    );
}

const COMMANDS = {
  threads: ['info threads'],
  registers: ['thread apply all info registers'],
  'all registers': ['thread apply all info all-registers'],
  backtrace: ['thread apply all bt'],
  'mapped files': ['info proc mappings'],
  'auxiliary vector': ['info auxv'],
  process: ['info proc cmdline', 'info proc exe'],
};

async function main() {
  const [given, ...args] = process.argv.slice(2);
  let program = given;
  if (program === undefined) {
    program = join(folder, 'program');
    writeFileSync(`${program}.c`, PROGRAM);
    run(
      'gcc',
      '-O1',
      '-g',
      '-mavx',
      '-pthread',
      '-fno-omit-frame-pointer',
      '-o',
      program,
      `${program}.c`,
    );
  }
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const pid = /** @type {number} */ (child.pid);
  try {
    await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), sleep(3000)]);
    const maps = readFileSync(`/proc/${pid}/maps`, 'latin1');
    run('gcore', '-o', join(folder, 'gcore'), String(pid));
    const theirs = join(folder, `gcore.${pid}`);
    if (readFileSync(`/proc/${pid}/maps`, 'latin1') !== maps)
      throw new Error('the process has changed meanwhile');
    const ckpt = await load();
    const archive = dumpOf(ckpt, pid, maps, readFileSync(theirs));
    const path = join(folder, 'dump.tar');
    writeFileSync(path, archive);
    const ours = join(folder, 'ckpt-core');
    run(
      'node',
      join(import.meta.dirname ?? '.', '../../wasm/cli/ckpt.js'),
      'core',
      '--pid',
      String(pid),
      '-o',
      ours,
      path,
    );
    const checkpoint = await openCheckpoint(archive);
    const dump = await checkpoint.dump();
    const areas = [];
    for (const { start, end, perms } of dump.memory.maps(pid).maps)
      for (const segment of dump.memory.segments(pid, start, end))
        if (segment.member !== null && perms.startsWith('r')) areas.push(segment);
    dump.close();
    await checkpoint.close();
    const memory = areas.map(
      ({ start, end }) => `x/${Math.min(Number(end - start) / 8, 4096)}gx 0x${start.toString(16)}`,
    );
    let bad = 0;
    for (const [name, commands] of Object.entries({ ...COMMANDS, memory })) {
      const [left, right] = [theirs, ours].map((core) => shown(program, core, commands));
      const lines = left.filter((line, i) => line !== right[i]);
      const other = right.filter((line, i) => line !== left[i]);
      bad += lines.length + other.length;
      console.log(
        `${name}: ${left.length} lines, ${lines.length === 0 && other.length === 0 ? 'the same' : `${lines.length} differ`}`,
      );
      for (const [i, line] of lines.slice(0, 6).entries())
        console.log(`  gcore ${line}\n  ckpt  ${other[i] ?? ''}`);
    }
    process.exitCode = bad > 0 ? 1 : 0;
  } finally {
    child.kill('SIGKILL');
    if (!process.env.KEEP) rmSync(folder, { recursive: true });
    else console.log(folder);
  }
}

await main();
