// SPDX-License-Identifier: Apache-2.0
// Features of x86-64 processors that programs use: their names in /proc/cpuinfo and where CPUID tells them.
// Sources: Intel SDM, volume 2, CPUID; Linux arch/x86/include/asm/cpufeatures.h; the psABI's levels of x86-64.

/**
 * By leaf and register, "NAME BIT": what programs can use without asking the kernel.
 * @type {Record<string, string>}
 */
const NAMES = {
  '1.edx': 'fpu 0,tsc 4,cx8 8,cmov 15,clflush 19,mmx 23,fxsr 24,sse 25,sse2 26',
  '1.ecx':
    'pni 0,pclmulqdq 1,ssse3 9,fma 12,cx16 13,sse4_1 19,sse4_2 20,movbe 22,popcnt 23,aes 25,xsave 26,osxsave 27,avx 28,f16c 29,rdrand 30',
  '7.ebx':
    'fsgsbase 0,bmi1 3,hle 4,avx2 5,bmi2 8,erms 9,rtm 11,avx512f 16,avx512dq 17,rdseed 18,adx 19,avx512ifma 21,clflushopt 23,clwb 24,avx512cd 28,sha_ni 29,avx512bw 30,avx512vl 31',
  '7.ecx':
    'avx512vbmi 1,ospke 4,waitpkg 5,avx512_vbmi2 6,shstk 7,gfni 8,vaes 9,vpclmulqdq 10,avx512_vnni 11,avx512_bitalg 12,avx512_vpopcntdq 14,rdpid 22,cldemote 25,movdiri 27,movdir64b 28',
  '7.edx':
    'avx512_4vnniw 2,avx512_4fmaps 3,fsrm 4,avx512_vp2intersect 8,serialize 14,tsxldtrk 16,ibt 20,amx_bf16 22,avx512_fp16 23,amx_tile 24,amx_int8 25',
  '80000001.ecx': 'lahf_lm 0,abm 5,sse4a 6,3dnowprefetch 8,xop 11,fma4 16,tbm 21',
  '80000001.edx': 'rdtscp 27,lm 29,3dnowext 30,3dnow 31',
  'd1.eax': 'xsaveopt 0,xsavec 1,xgetbv1 2,xsaves 3',
  '71.eax': 'avx_vnni 4,avx512_bf16 5,cmpccxadd 7,amx_fp16 21,avx_ifma 23',
};

/** @type {Record<string, [string, number][]>} */
const BITS = Object.fromEntries(
  Object.entries(NAMES).map(([place, names]) => [
    place,
    names.split(',').map((one) => {
      const [name, bit] = one.split(' ');
      return /** @type {[string, number]} */ ([name, Number(bit)]);
    }),
  ]),
);

/** Their names, by words of CPUID. @param {Record<string, number>} words by place, "7.ebx" */
export function featuresOf(words) {
  const found = new Set();
  for (const [place, bits] of Object.entries(BITS))
    for (const [name, bit] of bits) if (((words[place] ?? 0) >>> bit) & 1) found.add(name);
  return found;
}

/** Every x86-64 has these, whatever glibc notes of them. */
const BASE = ['fpu', 'tsc', 'cx8', 'cmov', 'clflush', 'mmx', 'fxsr', 'sse', 'sse2', 'lm'];
const V2 = [...BASE, 'cx16', 'lahf_lm', 'popcnt', 'pni', 'sse4_1', 'sse4_2', 'ssse3'];
const V3 = [
  ...V2,
  'avx',
  'avx2',
  'bmi1',
  'bmi2',
  'f16c',
  'fma',
  'abm',
  'movbe',
  'xsave',
  'osxsave',
];
const V4 = [...V3, 'avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl'];

/** The levels of the psABI. @type {Record<string, string[]>} */
export const LEVELS = {
  'x86-64': BASE,
  'x86-64-v2': V2,
  'x86-64-v3': V3,
  'x86-64-v4': V4,
};

/** The highest level that features reach. @param {readonly string[]} features */
export const levelOf = (features) =>
  Object.keys(LEVELS)
    .toReversed()
    .find((name) => LEVELS[name].every((one) => BASE.includes(one) || features.includes(one)));

/** Words of cpuinfo.img (CRIU's compel/…/cpu.h) by our places. @type {Record<string, number>} */
const CAPABILITY = {
  '1.edx': 0,
  '80000001.edx': 1,
  '1.ecx': 4,
  '80000001.ecx': 6,
  '7.ebx': 9,
  'd1.eax': 10,
  '7.ecx': 11,
  '7.edx': 18,
};

/** The features in a cpuinfo_x86_entry. @param {{capability?: number[]}} entry */
export const featuresOfImage = ({ capability = [] }) =>
  featuresOf(
    Object.fromEntries(Object.entries(CAPABILITY).map(([place, i]) => [place, capability[i] ?? 0])),
  );

/** State components of XSAVE, by bit; those that are more than SSE, with the feature that has them. @type {[number, string][]} */
const STATES = [
  [2, 'avx'],
  [5, 'avx512f'],
  [6, 'avx512f'],
  [7, 'avx512f'],
  [9, 'ospke'],
  [11, 'shstk'],
  [17, 'amx_tile'],
  [18, 'amx_tile'],
];

/** What the registers of a thread need. @param {bigint} mask xstate_bv */
export const featuresOfState = (mask) =>
  new Set(STATES.filter(([bit]) => (mask >> BigInt(bit)) & 1n).map(([, name]) => name));

const HEAD = 20;
const RECORD = 32;
/** Bytes of the table: glibc has had at least the first three records since 2.26. */
export const TABLE = HEAD + 9 * RECORD;
/** Where AT_HWCAP, EDX of leaf 1, stands in it. */
export const HWCAP_AT = 32;
/** The records in their order; glibc 2.33 and later. */
const RECORDS = ['1', '7', '80000001', 'd1', '80000007', '80000008', '71', '19', '14'];
const REGISTERS = ['eax', 'ebx', 'ecx', 'edx'];
const VENDORS = ['unknown', 'Intel', 'AMD', 'Zhaoxin', 'other'];

/**
 * The table of CPUID that glibc keeps (struct cpu_features). Checked: what its head says must be what EAX of
 * leaf 1 says.
 * @param {Uint8Array} bytes
 * @returns {{vendor: string, family: number, model: number, stepping: number, reported: Set<string>, usable: Set<string>} | null}
 */
export function cpuTable(bytes) {
  if (bytes.length < TABLE) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (/** @type {number} */ at) => view.getUint32(at, true);
  const [kind, most, family, model, stepping] = [0, 4, 8, 12, 16].map(word);
  const eax = word(HEAD);
  const base = (eax >>> 8) & 15;
  const wanted = base === 15 ? base + ((eax >>> 20) & 255) : base;
  const extended = base === 6 || base === 15 ? ((eax >>> 16) & 15) << 4 : 0;
  const known = kind >= 1 && kind < VENDORS.length && most >= 1 && most < 256;
  // Older versions of glibc keep the model without its extension for some families.
  const models = [((eax >>> 4) & 15) | extended, (eax >>> 4) & 15];
  if (!known || family !== wanted || !models.includes(model) || stepping !== (eax & 15))
    return null;
  /** @type {Record<string, number>} */
  const reported = {};
  /** @type {Record<string, number>} */
  const usable = {};
  RECORDS.forEach((leaf, i) =>
    REGISTERS.forEach((register, k) => {
      reported[`${leaf}.${register}`] = word(HEAD + i * RECORD + 4 * k);
      usable[`${leaf}.${register}`] = word(HEAD + i * RECORD + 16 + 4 * k);
    }),
  );
  return {
    ...{ vendor: VENDORS[kind], family, model, stepping },
    ...{ reported: featuresOf(reported), usable: featuresOf(usable) },
  };
}
