// SPDX-License-Identifier: Apache-2.0
// ckpt memparse, as checkpointctl has it.
import { PREVIOUS, eachDump, gapText, inputsOf, pidOf } from './dump-command.js';
import { DASHES, HEADING, hexDump } from './hex.js';
import { Session, Unfit, refuseSecondInput } from './open.js';
import { NO_PROGRESS } from './progress.js';
import { FORMATS, compactJson, csvOf, jsonOf, shown } from './rows.js';
import { table } from './table.js';
import { writerTo } from './write.js';
import { escapeForTerminal } from '../report/escape.js';
import { PatternError } from '../api/search.js';

/** Bytes read and written at once. */
const WINDOW = 4 * 2 ** 20;

/** The processes as a tree is walked: each before its children, which are sorted by pid. @param {readonly any[]} processes */
function walk(processes) {
  /** @type {Map<number, any[]>} */
  const children = new Map();
  const pids = new Set(processes.map(({ pid }) => pid));
  const roots = [];
  for (const process of [...processes].sort((a, b) => a.pid - b.pid)) {
    if (pids.has(process.ppid) && process.ppid !== process.pid)
      children.set(process.ppid, [...(children.get(process.ppid) ?? []), process]);
    else roots.push(process);
  }
  const stack = roots.reverse();
  const seen = new Set();
  const out = [];
  for (let top; (top = stack.pop());) {
    if (seen.has(top)) continue;
    seen.add(top);
    out.push(top);
    stack.push(...(children.get(top.pid) ?? []).reverse());
  }
  return out;
}

const alive = (/** @type {any} */ { state }) => state !== 'dead';

/** @param {any} dump @param {number} pid @throws {Unfit} */
function refuseWithout(dump, pid) {
  const process = dump.processes.find((/** @type {any} */ one) => one.pid === pid);
  if (!process) throw new Unfit(`: no process with PID ${pid} (use "ckpt ps" to view all PIDs)`);
  if (!alive(process))
    throw new Unfit(`: process ${pid} has no memory pages (task state is zombie or dead)`);
  if (!dump.memory.pids.includes(pid))
    throw new Unfit(`: the images of the memory of ${pid} are missing`);
}

/** The processes that have memory, and how much of it is in the images, in bytes. @param {any} dump */
function sizesOf(dump) {
  const all = new Map(dump.memory.sizes().map((/** @type {any} */ one) => [one.pid, one]));
  return walk(dump.processes)
    .filter(alive)
    .map(({ pid, comm }) => {
      const { stored = 0n, shared = 0n } = /** @type {any} */ (all.get(pid) ?? {});
      return { pid, comm, memory: stored, shared };
    });
}

/** @param {any} context @param {any} dump @param {string} path */
async function sizes({ stdout, core }, dump, path) {
  const ckpt = await core();
  const rows = sizesOf(dump).map(({ pid, comm, memory, shared }) => [
    ...[String(pid), shown(comm), ckpt.byteToString(memory), ckpt.byteToString(shared)],
  ]);
  await stdout.write(`\nDisplaying processes memory sizes from ${escapeForTerminal(path)}\n\n`);
  await stdout.write(table(['PID', 'PROCESS NAME', 'MEMORY SIZE', 'SHARED MEMORY SIZE'], rows));
}

/** All pages of a process that can be had. @param {any} memory @param {number} pid */
function* rangesOf(memory, pid) {
  /** @type {{start: bigint, end: bigint} | null} */
  let range = null;
  for (const { start, end, member, shared } of memory.segments(pid)) {
    if (member === null || shared) continue;
    if (range && range.end === start) range.end = end;
    else {
      if (range) yield range;
      range = { start, end };
    }
  }
  if (range) yield range;
}

/** @param {any} context @param {any} dump @param {string} path @param {number} pid */
async function pages(context, dump, path, pid) {
  const { values, stdout, fail } = context;
  const { output } = values;
  const { memory } = dump;
  const from = `memory pages content for process ID ${pid} from checkpoint: ${escapeForTerminal(path)}`;
  for (const { start, place, shared } of memory.segments(pid))
    if (!shared && ['previous', 'lazy', 'unreadable'].includes(place))
      throw new Unfit(`: ${memory.refusal(pid, start, place).message}`);
  await stdout.write(
    output === undefined
      ? `\nDisplaying ${from}\n\n`
      : `\nWriting ${from} to file: ${escapeForTerminal(output)}...\n`,
  );
  await stdout.flush();
  const out = writerTo(output, inputsOf(context), fail);
  try {
    await out.write(`${HEADING}\n${DASHES}\n`);
    for (const { start, end } of rangesOf(memory, pid))
      for (let at = start; at < end;) {
        const length = Number(end - at > WINDOW ? WINDOW : end - at);
        const bytes = await memory.read(pid, at, length);
        for (const lines of hexDump(bytes, at, { gap: false, collapse: output === undefined }))
          await out.write(lines);
        at += BigInt(length);
      }
  } finally {
    out.close();
  }
}

/** @param {Uint8Array} bytes as the reference shows them */
const dotted = (bytes) =>
  Array.from(bytes, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '?')).join(
    '',
  );

/** What is looked for, as the reference does: in what it shows, where "?" stands for bytes that cannot be printed. @param {any} values */
function queryOf({ search, 'search-regex': regex }) {
  // It looks for bytes of ASCII only; other characters are looked for as they are.
  const visible = (/** @type {string} */ text) => /^[ -~]*$/.test(text);
  if (search === undefined) return { pattern: regex, query: { regex, blur: visible(regex) } };
  if (!search.includes('?') || !visible(search))
    return { pattern: search, query: { text: search, encodings: ['utf8'] } };
  const quoted = search.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
  return { pattern: search, query: { regex: quoted, blur: true } };
}

/** @param {any} context @param {any} dump @param {number} pid */
async function matches({ values, stdout, fail }, dump, pid) {
  const { pattern, query } = queryOf(values);
  const surrounding = values.context === undefined ? 0 : Number(values.context);
  if (!Number.isInteger(surrounding) || surrounding < 0 || surrounding > 256)
    throw fail(`--context ${values.context}: expected a number up to 256`);
  /** @type {{address: bigint, text: string}[]} */
  const found = [];
  try {
    for await (const { address, bytes, before, after } of dump.memory.search(query, {
      pids: [pid],
      own: true,
      context: surrounding,
    }))
      found.push({
        address,
        text: dotted(before) + dotted(bytes) + dotted(after),
      });
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    throw fail(`${JSON.stringify(error.pattern)}, byte ${error.offset}: ${error.message}`);
  }
  if (found.length === 0) {
    await stdout.write(
      `No matches for pattern "${escapeForTerminal(pattern)}" in the memory of PID ${pid}\n`,
    );
    return;
  }
  found.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  const rows = found.map(({ address, text: match }, i) => [
    address.toString(16).padStart(16, '0'),
    match,
    String(i + 1),
  ]);
  await stdout.write(table(['ADDRESS', 'MATCH', 'INSTANCE'], rows));
}

/** Why a dump has no processes. @param {import('../api/dump.js').Dump} dump */
function withoutTree({ gaps }) {
  const gap = gaps.find(({ member }) => /(^|\/)pstree\.img$/.test(member));
  return gap ? gapText(gap) : 'there is no process in pstree.img';
}

/** @type {import('./options.js').Command} */
export const memparse = {
  name: 'memparse',
  summary: 'show sizes and pages of processes, as checkpointctl does',
  operands: 'FILE...',
  count: [1, Infinity],
  details: [
    'Prints what "checkpointctl memparse" prints: a table with the size of the memory of each process, with --pid its pages, with --search or --search-regex the matches in them. Unlike it, this reads checkpoints of CRIU 4.1 and older, of incremental dumps (--previous) and compressed pages, counts only pages that are there, finds matches over the borders of pages, and leaves out only rows that are equal.',
    'With --format json, jsonl or csv the table has bytes. For more, see "ckpt maps", "ckpt memory" and "ckpt search".',
  ],
  options: [
    { name: 'pid', short: 'p', value: 'PID', help: 'the pages of this process' },
    {
      name: 'output',
      short: 'o',
      value: 'FILE',
      completes: 'file',
      help: 'write the pages to a file, all rows',
    },
    {
      name: 'search',
      short: 's',
      value: 'TEXT',
      help: 'look for a text in the memory of the process',
    },
    { name: 'search-regex', short: 'r', value: 'REGEX', help: 'look for a regular expression' },
    {
      name: 'context',
      short: 'C',
      also: 'c',
      value: 'BYTES',
      help: 'bytes to show before and after a match (up to 256); -c, too, as checkpointctl has it',
    },
    ...[...FORMATS, PREVIOUS, NO_PROGRESS],
  ],
  examples: ['ckpt memparse checkpoint.tar', 'ckpt memparse --pid 1 -s password checkpoint.tar'],

  async run(context) {
    refuseSecondInput(context);
    const { values, fail, operands, stdout } = context;
    const { format = 'table' } = values;
    const pid = pidOf(context);
    const searches = values.search !== undefined || values['search-regex'] !== undefined;
    if (searches && pid === 0)
      throw fail(`--${values.search === undefined ? 'search-regex' : 'search'} needs --pid`);
    if (values.search !== undefined && values['search-regex'] !== undefined && !context.dropIn)
      throw fail('--search and --search-regex contradict each other');
    if (values.context !== undefined && !searches && !context.dropIn)
      throw fail('--context needs --search or --search-regex');
    if (values.output !== undefined && !context.dropIn && (searches || pid === 0))
      throw fail('--output is of the pages: give --pid, and nothing to look for');
    if (pid !== 0 && operands.length > 1) throw fail('--pid is of one FILE');
    if (pid !== 0 && format !== 'table')
      throw fail(
        `--format ${format} is of the table without --pid; "ckpt search" and "ckpt maps" have it`,
      );
    /** @type {any[]} */
    const found = [];
    const session = new Session(context, { again: true });
    await eachDump(context, session, async (path, dump) => {
      session.endProgress();
      if (dump.processes.length === 0) throw new Unfit(`: ${withoutTree(dump)}`);
      if (pid === 0 && format === 'table') return sizes(context, dump, path);
      if (pid === 0) {
        const rows = sizesOf(dump).map((row) =>
          operands.length > 1 ? { file: path, ...row } : row,
        );
        if (format === 'jsonl') for (const row of rows) await stdout.write(`${compactJson(row)}\n`);
        found.push(...rows);
        return;
      }
      refuseWithout(dump, pid);
      return searches ? matches(context, dump, pid) : pages(context, dump, path, pid);
    });
    if (format === 'json') await stdout.write(jsonOf('processes', found, {}));
    if (format === 'csv') await stdout.write(csvOf(found));
    return session.code;
  },
};
