#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
/*
 * Core files of all processes of a folder of dumps with ground truth, against /proc at the time of the dump, crit, gdb
 * and readelf.
 *
 *   test/tools/core-truth.mjs [DUMPS [NAME...]]
 *
 * Compared: threads, all general registers (crit), auxiliary vector, mapped files, arguments, the SHA-256 of every
 * range of memory; that `eu-readelf -n` and `readelf -n` read the notes without a complaint; that gdb shows the same
 * threads, program counters and memory. Without DUMPS: only the notes, of a made-up dump on each architecture.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { gunzipSync } from 'node:zlib';
import { MACHINES, archiveOf } from '../js/lib/machines.mjs';
import { chainOf } from '../js/lib/memory-truth.mjs';

const [folder, ...only] = process.argv.slice(2);
const PREVIOUS = { 'podman-chain-final': ['podman-chain-pre'] };
const REGISTERS =
  'r15 r14 r13 r12 bp bx r11 r10 r9 r8 ax cx dx si di orig_ax ip cs flags sp ss fs_base gs_base ds es fs gs'.split(
    ' ',
  );
const scratch = mkdtempSync(join(tmpdir(), 'ckpt-core-'));
const ckpt = new URL('../../wasm/cli/ckpt.js', import.meta.url).pathname;
const zipped = (/** @type {string} */ path) =>
  JSON.parse(
    String(existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`))).replace(
      /: (\d{16,})(?=[,}])/g,
      ': "$1"',
    ),
  );
const text = (/** @type {any} */ value) =>
  typeof value === 'string' ? value : Buffer.from(value.hex, 'hex').toString('latin1');

/** A core file, read where it is looked at: it may be sparse and large. @param {string} path */
function open(path) {
  const fd = openSync(path, 'r');
  const read = (/** @type {bigint | number} */ at, /** @type {number} */ length) => {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(fd, bytes, 0, length, BigInt(at)));
  };
  const head = read(0, 64);
  const table = head.readBigUInt64LE(32);
  const headers = read(table, 56 * head.readUInt16LE(56));
  const loads = [];
  const notes = [];
  for (let at = 0; at < headers.length; at += 56) {
    const [offset, address, , inFile] = [8, 16, 24, 32].map((k) => headers.readBigUInt64LE(at + k));
    if (headers.readUInt32LE(at) === 1) loads.push({ offset, address, length: inFile });
    if (headers.readUInt32LE(at) !== 4) continue;
    const all = read(offset, Number(inFile));
    for (let n = 0; n < all.length;) {
      const [owner, length, type] = [0, 4, 8].map((k) => all.readUInt32LE(n + k));
      const start = n + 12 + Math.ceil(owner / 4) * 4;
      notes.push({ type, bytes: all.subarray(start, start + length) });
      n = start + Math.ceil(length / 4) * 4;
    }
  }
  const memory = (/** @type {bigint} */ address, /** @type {number} */ length) => {
    const parts = [];
    for (let at = address; at < address + BigInt(length);) {
      const load = loads.find((one) => one.address <= at && at < one.address + one.length);
      if (!load) return null;
      const left = Number(address) + length - Number(at);
      const part = Math.min(left, Number(load.address + load.length - at));
      parts.push(read(load.offset + (at - load.address), part));
      at += BigInt(part);
    }
    return Buffer.concat(parts);
  };
  return { notes, memory, close: () => closeSync(fd) };
}

let all = 0;
let bad = 0;
let cores = 0;

/** What reads notes has nothing to say. @param {string} path @param {(what: string, got: any, wanted: any) => void} same */
function readNotes(path, same) {
  for (const tool of ['eu-readelf', 'readelf']) {
    const { status, stderr, stdout } = spawnSync(tool, ['-n', path], { encoding: 'utf8' });
    const complaint = /corrupt|invalid|malformed|unknown note/i.exec(stdout)?.[0] ?? null;
    same(`${path} ${tool}`, [status, stderr.trim(), complaint], [0, '', null]);
  }
}

if (folder === undefined)
  for (const [name, machine] of Object.entries(MACHINES)) {
    const dump = join(scratch, 'dump.tar');
    const path = join(scratch, `core.${name}`);
    writeFileSync(dump, archiveOf(machine));
    execFileSync('node', [ckpt, 'core', '--pid', '5', '-o', path, dump], { stdio: 'ignore' });
    cores++;
    readNotes(path, (what, got, wanted) => {
      all++;
      if (JSON.stringify(got) === JSON.stringify(wanted)) return;
      bad++;
      console.log(`${what}: ${JSON.stringify(got)}`);
    });
    if (process.env.SHOW)
      console.log(execFileSync('eu-readelf', ['-n', path], { encoding: 'utf8' }));
  }
for (const name of folder === undefined ? [] : readdirSync(folder)) {
  const archive = join(folder, name, `${name}.tar.zst`);
  if (
    !existsSync(archive) ||
    (only.length > 0 && !only.includes(name)) ||
    name === 'podman-chain-pre'
  )
    continue;
  const { tasks, markers = [] } = zipped(join(folder, name, 'truth.json'));
  const chain = join(folder, name, 'chain-dirs.tar.zst');
  const files = existsSync(chain)
    ? (await chainOf(chain)).map((bytes, i) => {
        const path = join(scratch, `${i}.tar`);
        writeFileSync(path, bytes);
        return path;
      })
    : [archive, ...(PREVIOUS[name] ?? []).map((one) => join(folder, one, `${one}.tar.zst`))];
  const [file, ...before] = files;
  let checks = 0;
  /** @type {string[]} */
  const faults = [];
  const same = (/** @type {string} */ what, /** @type {any} */ got, /** @type {any} */ wanted) => {
    checks++;
    const [a, b] = [got, wanted].map((one) =>
      JSON.stringify(one, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
    );
    if (a !== b) faults.push(`${what}: ${a?.slice(0, 150)} instead of ${b?.slice(0, 150)}`);
  };
  for (const task of tasks) {
    const { pid, threads, maps, auxv_hex: auxv, mem_ranges: ranges, stat } = task;
    if (stat.state === 'Z') continue;
    const path = join(scratch, 'core');
    execFileSync(
      'node',
      [
        ckpt,
        'core',
        '--pid',
        String(pid),
        '-o',
        path,
        ...before.flatMap((one) => ['--previous', one]),
        file,
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    cores++;
    const core = open(path);
    const of = (/** @type {number} */ type) =>
      core.notes.filter((note) => note.type === type).map(({ bytes }) => bytes);
    const statuses = of(1);
    const tids = statuses.map((bytes) => bytes.readUInt32LE(32));
    same(
      `${pid} threads`,
      [...tids].sort((a, b) => a - b),
      threads
        .map((/** @type {any} */ one) => one.tid)
        .sort((/** @type {number} */ a, /** @type {number} */ b) => a - b),
    );
    for (const [i, tid] of tids.entries()) {
      const image = join(folder, name, 'crit', `core-${tid}.img.json`);
      if (!existsSync(`${image}.gz`)) continue;
      const wanted = zipped(image).entries[0].thread_info.gpregs;
      for (const [k, register] of REGISTERS.entries())
        same(
          `${tid} ${register}`,
          statuses[i].readBigUInt64LE(112 + 8 * k),
          BigInt(wanted[register]),
        );
    }
    // /proc has zeros after its end.
    const trimmed = (/** @type {string} */ hex) => hex.replace(/(00)+$/, '');
    same(`${pid} auxv`, trimmed(of(6)[0].toString('hex')), trimmed(auxv));
    const [info] = of(3);
    same(
      `${pid} comm`,
      info.toString('latin1', 40, 56).split('\0')[0],
      Buffer.from(text(task.comm), typeof task.comm === 'string' ? 'utf8' : 'latin1').toString(
        'latin1',
      ),
    );
    const gone = (ranges ?? []).some((/** @type {any} */ one) => one.flags === 2);
    if (!gone && task.cmdline.length > 0) {
      const line = Buffer.from(task.cmdline_hex, 'hex')
        .toString('latin1')
        .replace(/\0+$/, '')
        .slice(0, 79)
        .replaceAll('\0', ' ');
      same(
        `${pid} arguments`,
        info.toString('latin1', 56, 136).replace(/\0+$/, ''),
        line.replace(/\0+$/, ''),
      );
    }
    const [list] = of(0x46494c45);
    const count = Number(list.readBigUInt64LE(0));
    const names = list.toString('latin1', 16 + 24 * count).split('\0');
    const mapped = Array.from({ length: count }, (_, i) =>
      [0, 1, 2]
        .map((k) => list.readBigUInt64LE(16 + 24 * i + 8 * k))
        .concat(/** @type {any} */ ([names[i]])),
    );
    const truth = maps
      .filter((/** @type {any} */ one) =>
        typeof one.path === 'string' ? one.path.startsWith('/') : one.path?.hex,
      )
      .map((/** @type {any} */ one) => [
        BigInt(`0x${one.start.replace('0x', '')}`),
        BigInt(`0x${one.end.replace('0x', '')}`),
        BigInt(one.offset) / 4096n,
        Buffer.from(text(one.path), typeof one.path === 'string' ? 'utf8' : 'latin1').toString(
          'latin1',
        ),
      ]);
    const plain = (/** @type {any[]} */ rows) =>
      rows.filter(
        ([, , , mapping]) => !/^\/(dev\/zero|SYSV|memfd:|anon_hugepage|\[aio\])/.test(mapping),
      );
    same(`${pid} files`, plain(mapped), plain(truth));
    for (const { addr, len, image_vs_proc: state, sha256_proc_mem: sha256 } of ranges ?? [])
      if (state === 'equal') {
        const bytes = core.memory(BigInt(addr), len);
        same(`${pid} ${addr}`, bytes && createHash('sha256').update(bytes).digest('hex'), sha256);
      }
    core.close();
    readNotes(path, same);
    const own = markers
      .filter(
        (/** @type {any} */ one) => one.pid === pid && one.in_image_pages && one.image_bytes_equal,
      )
      .slice(0, 20);
    const { stdout } = spawnSync(
      'gdb',
      [
        '-q',
        '-nx',
        '-batch',
        '-ex',
        'set width 0',
        '-ex',
        'info threads',
        '-ex',
        'thread apply all p $pc',
        ...own.flatMap((/** @type {any} */ one) => ['-ex', `x/s ${one.addr}`]),
        '-core',
        path,
      ],
      { encoding: 'utf8' },
    );
    same(
      `${pid} gdb threads`,
      (stdout.match(/^[* ] +\d+ +LWP (\d+)|Thread 0x\w+ \(LWP \d+\) .*$/gm) ?? []).length >=
        tids.length,
      true,
    );
    for (const { addr, marker } of own)
      same(`${pid} gdb ${addr}`, new RegExp(`^${addr}:\\s+.*${marker}`, 'm').test(stdout), true);
    rmSync(path);
  }
  all += checks;
  bad += faults.length;
  console.log(`${name}: ${checks - faults.length} of ${checks}`);
  for (const fault of faults.slice(0, 8)) console.log(`  ${fault}`);
}
rmSync(scratch, { recursive: true });
console.log(`${cores} core files: ${all - bad} of ${all} comparisons hold`);
process.exitCode = bad > 0 || all === 0 ? 1 : 0;
