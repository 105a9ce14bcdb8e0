// SPDX-License-Identifier: Apache-2.0
// ckpt cpu: the processor that a dump ran on, by what glibc keeps in memory and the kernel told, against targets.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { ckpt, data, folder } from '../lib/cli-run.mjs';
import {
  PAGE,
  coreImage,
  filesImage,
  image,
  message,
  mmImage,
  pageMap,
  pstreeImage,
} from '../lib/dump.mjs';

const archive = join(data, 'dumps/bare-stopped/bare-stopped.tar.zst');
const LEVELS = {
  'x86-64': 'clflush cmov cx8 fpu fxsr lm mmx sse sse2 tsc',
  'x86-64-v2': 'cx16 lahf_lm pni popcnt sse4_1 sse4_2 ssse3',
  'x86-64-v3': 'abm avx avx2 bmi1 bmi2 f16c fma movbe osxsave xsave',
  'x86-64-v4': 'avx512bw avx512cd avx512dq avx512f avx512vl',
};
const HWCAP = 0x1f8bfbff;
/** Magic number of cpuinfo.img. */
const CPUINFO = 0x61404013;

/** A table as glibc has it. */
function tableOf({ kind = 1, eax = 0xc06f2, family = 6, model = 207, stepping = 2 } = {}) {
  const bytes = new Uint8Array(400);
  const view = new DataView(bytes.buffer);
  [kind, 31, family, model, stepping, eax].forEach((word, i) => view.setUint32(4 * i, word, true));
  view.setUint32(20 + 12, HWCAP, true); // reported: leaf 1, EDX
  view.setUint32(20 + 8, (1 << 28) | (1 << 12), true); // reported: FMA, too
  view.setUint32(20 + 24, 1 << 28, true); // usable: AVX
  return bytes;
}

/** Images of one process whose memory has these bytes, and which has this auxiliary vector. */
function imagesOf({ bytes = new Uint8Array(), auxv = [16, HWCAP], mtype = 1, maps = '' } = {}) {
  const page = new Uint8Array(PAGE);
  page.set(bytes, 64);
  const { map, pages } = pageMap(1, [{ address: 0x10000n, flags: 4, bytes: page }], '4.2');
  const vmas = [{ start: 0x10000n, end: 0x11000n }];
  if (maps) vmas.push({ start: 0x20000n, end: 0x21000n, flags: 2, status: 1 | 64, shmid: 5 });
  return {
    'pstree.img': pstreeImage([7]),
    'core-7.img': coreImage('program', mtype),
    'mm-7.img': mmImage(vmas, auxv),
    'pagemap-7.img': map,
    'pages-1.img': pages,
    ...(maps && { 'files.img': filesImage({ 5: maps }) }),
  };
}

const dumpOf = (/** @type {Parameters<typeof imagesOf>[0]} */ what, more = {}) =>
  folder({ ...imagesOf(what), ...more });

const json = async (/** @type {string[]} */ ...args) => {
  const { code, stdout, stderr } = await ckpt(['cpu', '--format', 'json', ...args]);
  const told = stdout ? JSON.parse(stdout) : {};
  const { processes } = told;
  return {
    code,
    stderr,
    process: processes?.[0],
    processes,
    image: told.image?.[0],
    log: told.log?.[0],
  };
};

/** A file with that text, to be a target. */
const target = (/** @type {string} */ text) => join(folder({ 'target.txt': text }), 'target.txt');

test('the table of glibc, and what is none', async () => {
  const { process } = await json(dumpOf({ bytes: tableOf() }));
  assert.deepEqual(process.cpu, { vendor: 'Intel', family: 6, model: 207, stepping: 2 });
  assert.deepEqual([process.source, process.uses], ['glibc', ['avx']]);
  assert.equal(process.address, `0x${(0x10000 + 64).toString(16)}`);
  assert.equal(process.hwcap, '0x1f8bfbff');
  for (const wrong of [{ kind: 0 }, { kind: 9 }, { family: 7 }, { stepping: 3 }, { model: 1 }]) {
    const { process: other } = await json(dumpOf({ bytes: tableOf(wrong) }));
    assert.equal(other.source, 'none', JSON.stringify(wrong));
    assert.match(other.reason, /no glibc/);
  }
  // The end of the memory is within it.
  const { process: cut } = await json(dumpOf({ bytes: tableOf().subarray(0, 60), auxv: [] }));
  assert.equal(cut.source, 'none');
});

test('a real dump: every process has the same processor, the target lacks what it lacks', async () => {
  const { code, processes, log } = await json(archive);
  assert.equal(code, 0);
  assert.equal(processes.length, 3);
  assert.equal(new Set(processes.map((/** @type {any} */ one) => JSON.stringify(one.cpu))).size, 1);
  for (const { source, uses, level, more, reason } of processes) {
    assert.deepEqual([source, level, reason], ['glibc', 'x86-64-v4', null]);
    for (const name of ['sse4_2', 'avx2', 'bmi2', 'popcnt']) assert.ok(uses.includes(name), name);
    assert.deepEqual(
      more.filter((/** @type {string} */ one) =>
        Object.values(LEVELS).join(' ').includes(` ${one} `),
      ),
      [],
    );
  }
  assert.equal(log.model, 'Intel(R) Xeon(R) Processor');
  assert.deepEqual([log.vendor, log.family, log.xfeatures], ['GenuineIntel', '6', '0xe5']);
  const uses = new Set(processes.flatMap((/** @type {any} */ one) => [...one.uses, ...one.holds]));
  const all = target(`processor\t: 0\nflags\t\t: ${[...uses].join(' ')}\n`);
  const good = await ckpt(['cpu', '--target-cpu', all, archive]);
  assert.equal(good.code, 0);
  assert.match(
    good.stdout,
    /^dump\.log: Intel\(R\) Xeon\(R\) Processor \(features of its registers: 0xe5\)\n/,
  );
  assert.match(good.stdout, /nothing\n/);
  for (const [i, name] of Object.keys(LEVELS).entries()) {
    const older = await json('--target-cpu', name, archive);
    const has = Object.values(LEVELS)
      .slice(0, i + 1)
      .join(' ')
      .split(' ');
    for (const { missing, uses: own, holds } of older.processes)
      assert.deepEqual(
        missing,
        [...new Set([...own, ...holds])]
          .filter((/** @type {string} */ one) => !has.includes(one))
          .sort(),
      );
  }
});

test('processes with the same answer share a line of the table', async () => {
  const many = await json(archive);
  const { stdout } = await ckpt(['cpu', archive]);
  const [head, line, ...more] = stdout.trim().split('\n').slice(-2);
  assert.match(head, /^PID +CPU +NEEDS/);
  assert.deepEqual(more, []);
  const pids = line.split(/ {2,}/)[0].split(' ');
  const all = pids.flatMap((run) => {
    const [from, to = from] = run.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  assert.deepEqual(all.sort(), many.processes.map(({ pid }) => pid).sort());
});

test('why nobody can know: musl, Go, Java, a page that is not there', async () => {
  /** @type {[string, Parameters<typeof imagesOf>[0], RegExp][]} */
  const cases = [
    ['musl', { maps: '/lib/ld-musl-x86_64.so.1' }, /musl, its C library, keeps no table/],
    [
      'Go',
      { bytes: Buffer.from('\xff Go buildinf:\x08\x02', 'latin1') },
      /a Go program looks for itself/,
    ],
    ['Java', { maps: '/opt/jdk/lib/server/libjvm.so' }, /a Java virtual machine compiles/],
    ['glibc', { maps: '/lib64/ld-linux-x86-64.so.2' }, /in a page that is not in the archive/],
    ['static', {}, /it has no glibc/],
  ];
  for (const [name, what, expected] of cases) {
    const { process } = await json(dumpOf(what));
    assert.equal(process.source, 'none', name);
    assert.match(process.reason, expected, name);
    const { code, stdout } = await ckpt(['cpu', '--target-cpu', 'x86-64-v4', dumpOf(what)]);
    assert.equal(code, 1, name);
    assert.match(stdout, /cannot know: .*cannot know\n/);
  }
});

/** By architecture (enum march): AT_HWCAP, AT_HWCAP2, what they say, and a /proc/cpuinfo that lacks something of it. */
const MACHINES = [
  {
    mtype: 3,
    name: 'aarch64',
    auxv: [16, 0x1_0000_00ffn, 26, 2n | (1n << 32n)],
    uses: 'aes asimd crc32 ebf16 evtstrm fp gcs pmull sha1 sha2 sve2',
    cpuinfo:
      'processor\t: 0\nFeatures\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 sve2\nCPU architecture: 8\n',
    lacks: 'ebf16 gcs',
  },
  {
    mtype: 2,
    name: 'arm',
    auxv: [16, (1 << 12) | 2, 26, 1],
    uses: 'aes half neon',
    cpuinfo: 'model name\t: ARMv7\nFeatures\t: half thumb fastmult vfp neon\n',
    lacks: 'aes',
  },
  {
    mtype: 4,
    name: 'ppc64',
    auxv: [16, 0x10000080, 26, 0x80820000],
    uses: 'altivec arch_2_07 arch_3_00 mma vsx',
    cpuinfo: 'processor\t: 0\ncpu\t\t: POWER9 (architected), altivec supported\n',
    lacks: 'mma',
  },
  {
    mtype: 5,
    name: 's390',
    auxv: [16, (1 << 11) | (1 << 15) | 2],
    uses: 'vx vxe2 zarch',
    cpuinfo:
      'vendor_id       : IBM/S390\nfeatures\t: esan3 zarch stfle msa vx \nprocessor 0: version = 00\n',
    lacks: 'vxe2',
  },
  {
    mtype: 6,
    name: 'mips',
    auxv: [16, 3],
    uses: 'msa r6',
    cpuinfo: 'isa\t\t\t: mips1 mips64r2\nASEs implemented\t: vz msa eva\n',
    lacks: 'r6',
  },
  {
    mtype: 7,
    name: 'loongarch64',
    auxv: [16, 0b110001],
    uses: 'cpucfg lasx lsx',
    cpuinfo: 'ISA\t\t: loongarch64\nFeatures\t\t: cpucfg lam ual fpu lsx crc32\n',
    lacks: 'lasx',
  },
  {
    mtype: 8,
    name: 'riscv64',
    auxv: [16, (1 << 21) | 0b101101],
    uses: 'a c d f v',
    cpuinfo: 'processor\t: 0\nhart\t: 0\nisa\t\t: rv64imafdc_zicsr_zve32x\n',
    lacks: 'v',
  },
];

for (const { mtype, name, auxv, uses, cpuinfo, lacks } of MACHINES)
  test(`${name}: what the kernel told the program, against /proc/cpuinfo`, async () => {
    const dump = dumpOf({ mtype, auxv });
    const { code, process } = await json(dump);
    assert.deepEqual([code, process.architecture, process.source], [0, name, 'auxv']);
    assert.equal(process.uses.join(' '), uses);
    const against = await json('--target-cpu', target(cpuinfo), dump);
    assert.deepEqual([against.code, against.process.missing.join(' ')], [1, lacks]);
    // Another architecture lacks all.
    const other = await json('--target-cpu', 'x86-64-v3', dump);
    assert.deepEqual([other.code, other.process.missing], [1, [name]]);
  });

test('all processors of the target must have it; what the kernel implies is known', async () => {
  const dump = dumpOf({ bytes: tableOf() });
  const two = 'flags\t: fpu avx pku\n\nflags\t: fpu pku\n';
  assert.deepEqual((await json('--target-cpu', target(two), dump)).process.missing, ['avx']);
  const host = JSON.stringify({
    version: 1,
    architecture: 'x86_64',
    cpu: { flags: ['avx', 'sse2'] },
  });
  assert.deepEqual((await json('--target-cpu', target(host), dump)).process.missing, []);
  const arm = JSON.stringify({ version: 1, architecture: 'aarch64', cpu: { flags: ['fp'] } });
  assert.deepEqual((await json('--target-cpu', target(arm), dump)).process.missing, ['x86_64']);
});

test('cpuinfo.img, of the checkpoint and as a target', async () => {
  const real = join(data, 'dumps/cpuinfo-dump/cpuinfo-dump.tar.zst');
  const { image: own, process } = await json(real);
  assert.deepEqual([own.model, own.architecture], ['Intel(R) Xeon(R) Processor', 'x86_64']);
  // What glibc may use is what the processor has.
  assert.deepEqual(
    process.uses.filter(
      (/** @type {string} */ one) =>
        !own.features.includes(one) &&
        !['avx_vnni', 'avx512_bf16', 'amx_fp16', 'cmpccxadd', 'avx_ifma'].includes(one),
    ),
    [],
  );
  const older = await json('--target-cpu', 'x86-64-v2', real);
  assert.ok(older.image.missing.includes('avx2') && !older.image.missing.includes('sse4_2'));
  /** @type {[number, string, bigint[], string][]} */
  const others = [
    [2, 'ppc64', [0x80n, 1n << 31n], 'arch_2_07 vsx'],
    [3, 's390', [1n << 11n, 0n], 'vx'],
  ];
  for (const [field, name, words, features] of others) {
    const hwcap = words.map((word) => /** @type {[number, bigint]} */ ([2, word]));
    const entry = message([field, field === 2 ? [[1, 1], ...hwcap] : hwcap]);
    const { image: of } = await json(dumpOf({}, { 'cpuinfo.img': image(CPUINFO, entry) }));
    assert.deepEqual([of.architecture, of.features.join(' ')], [name, features]);
  }
});

test('restore.log: why a restore refused its processor', async () => {
  const log = [
    '(00.000010) cpu: Running',
    '(00.001) Error (criu/arch/x86/cpu.c:247): cpu: FPU feature required by image is not supported on host (fpu:0 fxsr:0 osxsave:0 xsaves:1)',
    '(00.002) Error (criu/arch/s390/cpu.c:122): cpu: CPU Feature HWCAP_S390_VXRS not supported on host',
    '(00.003) Error (criu/mount.c:1): CPU Feature? no',
  ].join('\n');
  const { log: told } = await json(dumpOf({}, { 'restore.log': Buffer.from(log) }));
  assert.equal(told.model, null);
  assert.deepEqual(told.refused, [
    'FPU feature required by image is not supported on host (fpu:0 fxsr:0 osxsave:0 xsaves:1)',
    'CPU Feature HWCAP_S390_VXRS not supported on host',
  ]);
});

test('a target that is none is refused', async () => {
  for (const wrong of [
    'x86-64-v9',
    target('nothing\n'),
    target('{}'),
    target('{"cpu":'),
    target(''),
  ]) {
    const { code, stderr } = await ckpt(['cpu', '--target-cpu', wrong, archive]);
    assert.equal(code, 2, wrong);
    assert.match(stderr, /expected x86-64, x86-64-v2, x86-64-v3, x86-64-v4, .* a copy of/);
  }
});
