// SPDX-License-Identifier: Apache-2.0
// ckpt memory
import { PREVIOUS, eachDump, inputsOf, pidOf } from './dump-command.js';
import { hexDump } from './hex.js';
import { Session, Unfit } from './open.js';
import { NO_PROGRESS } from './progress.js';
import { CONTAINER } from './select.js';
import { writerTo } from './write.js';

/** Bytes read and written at once. */
const WINDOW = 16 * 2 ** 20;

/** @param {string} text @param {string} name @param {(message: string) => Error} fail */
function numberOf(text, name, fail) {
  if (!/^(0x[0-9a-f]{1,16}|\d{1,20})$/i.test(text))
    throw fail(`--${name} ${text}: expected a number, decimal or 0x and hexadecimal digits`);
  return BigInt(text);
}

/**
 * What is asked for: one range, or all segments that are in the dump.
 * @param {any} memory @param {number} pid @param {{address?: bigint, length?: bigint}} wanted
 * @returns {{start: bigint, end: bigint}[]}
 */
function rangesOf(memory, pid, { address, length }) {
  if (address !== undefined && length !== undefined)
    return [{ start: address, end: address + length }];
  const from = address ?? 0n;
  /** @type {{start: bigint, end: bigint}[]} */
  const ranges = [];
  for (const { start, end, place } of memory.segments(pid, from)) {
    if (place !== 'stored' && place !== 'block') continue;
    const last = ranges.at(-1);
    if (last && last.end === start) last.end = end;
    else ranges.push({ start, end });
  }
  if (address === undefined) return ranges;
  const first = ranges[0];
  if (first?.start !== address) return [{ start: address, end: address + 1n }];
  return [first];
}

/** @type {import('./options.js').Command} */
export const memory = {
  name: 'memory',
  summary: 'print the memory of a process',
  operands: 'FILE',
  count: [1, 1],
  details: [
    'Prints bytes of the memory of a process, wherever they are: in the pages of the checkpoint, compressed or not, in shared memory, or in the checkpoints before it (--previous). Memory that was never written is zero. If some of what is asked for is in none of them, nothing is printed, and the exit code is 1.',
    'Without --address all memory that is stored is printed. --raw writes the bytes as they are, one range after the other; else lines show addresses, bytes, and what they are as text.',
  ],
  options: [
    { name: 'pid', short: 'p', value: 'PID', help: 'of the process (needed)' },
    { name: 'address', value: 'ADDRESS', help: 'the first byte: 0x and hexadecimal digits' },
    {
      name: 'length',
      short: 'n',
      value: 'BYTES',
      help: 'how many; without it, all that follow and are stored',
    },
    { name: 'raw', help: 'the bytes as they are' },
    { name: 'hex', help: 'lines for reading (the default)' },
    { name: 'output', short: 'o', value: 'FILE', completes: 'file', help: 'write to a file' },
    ...[PREVIOUS, CONTAINER, NO_PROGRESS],
  ],
  examples: [
    'ckpt memory --pid 1 --address 0x7ffc6b8c2000 --length 256 checkpoint.tar',
    'ckpt memory --pid 1 --raw -o memory.bin checkpoint.tar',
  ],

  async run(context) {
    const { values, switches, stdout, fail } = context;
    const pid = pidOf(context);
    if (pid === 0) throw fail('--pid is missing');
    const wanted = {
      address: values.address === undefined ? undefined : numberOf(values.address, 'address', fail),
      length: values.length === undefined ? undefined : numberOf(values.length, 'length', fail),
    };
    if (wanted.length !== undefined && wanted.address === undefined)
      throw fail('--length is of no use without --address');
    const raw = switches.has('raw');
    if (raw && switches.has('hex')) throw fail('--raw and --hex exclude each other');
    if (raw && values.output === undefined && stdout.isTerminal)
      throw fail('--raw is not written to a terminal; send it to a file or a program');
    const session = new Session(context, { again: true });
    await eachDump(context, session, async (path, dump) => {
      if (!dump.memory.pids.includes(pid))
        throw new Unfit(`: there is no memory of a process ${pid}`);
      const { memory: all } = dump;
      const ranges = rangesOf(all, pid, wanted);
      for (const { start, end } of ranges)
        for (const { place, start: at } of all.segments(pid, start, end))
          if (!['stored', 'block', 'zero'].includes(place))
            throw new Unfit(`: ${all.refusal(pid, at, place).message}`);
      const out = writerTo(values.output, inputsOf(context), fail);
      try {
        for (const { start, end } of ranges)
          for (let at = start; at < end;) {
            const length = Number(end - at > WINDOW ? WINDOW : end - at);
            const bytes = await all.read(pid, at, length);
            if (values.output === undefined) session.endProgress();
            if (raw) await out.write(bytes);
            else for (const lines of hexDump(bytes, at)) await out.write(lines);
            at += BigInt(length);
          }
      } finally {
        out.close();
      }
    });
    return session.code;
  },
};
