// SPDX-License-Identifier: Apache-2.0
// ckpt search
import { readFileSync } from '../api/node-fs.js';
import { asciiJson, escapeBytes } from '../report/escape.js';
import { KINDS, PatternError } from '../api/search.js';
import { everywhere } from '../api/everywhere.js';
import { filesOf } from './operands.js';
import { csvOf } from './rows.js';
import { PREVIOUS, eachDump } from './dump-command.js';
import { EXIT, Failure } from './exit.js';
import { Session, refuseSecondInput } from './open.js';
import { JSON_SHORT, listOf } from './options.js';
import { reason } from './output.js';
import { NO_PROGRESS } from './progress.js';
import { CONTAINER } from './select.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @param {Uint8Array} bytes a string, or, where they are no UTF-8, {"hex": …} */
export function textOrHex(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    return { hex: Buffer.from(bytes).toString('hex') };
  }
}

/** @param {import('../api/search.js').Mapping | null} mapping */
const mappingName = (mapping) =>
  mapping === null ? null : mapping.name === null ? `[${mapping.kind}]` : textOrHex(mapping.name);

/**
 * A match as it is written in JSON.
 * @param {import('../api/search.js').Match} match
 * @param {{patterns: readonly string[], context: boolean}} about patterns: if there are several
 */
export function matchJson(match, { patterns, context }) {
  const { pid, address, stream, bytes, before, after, mapping, pattern } = match;
  return {
    ...(stream === null ? { pid } : { member: stream }),
    [stream === null ? 'address' : 'offset']: `0x${address.toString(16)}`,
    length: bytes.length,
    match: textOrHex(bytes),
    ...(stream === null && { mapping: mappingName(mapping), perms: mapping?.perms ?? null }),
    ...(patterns.length > 1 && { pattern: patterns[pattern] }),
    ...(context && { before: textOrHex(before), after: textOrHex(after) }),
  };
}

/** @param {import('../api/search.js').Match} match @param {import('./output.js').Style} style */
export function matchLine({ pid, address, stream, bytes, before, after, mapping }, style) {
  const where =
    stream === null
      ? `${pid}\t0x${address.toString(16)}\t${shownName(mapping)}`
      : `${escapeBytes(Buffer.from(stream))}\t0x${address.toString(16)}\t`;
  return `${where}\t${escapeBytes(before)}${style.bold(escapeBytes(bytes))}${escapeBytes(after)}\n`;
}

/** @param {import('../api/search.js').Mapping | null} mapping */
const shownName = (mapping) =>
  mapping === null
    ? ''
    : mapping.name === null
      ? `[${mapping.kind}]`
      : escapeBytes(mapping.name) +
        (mapping.deleted ? ' (deleted)' : mapping.deleted === null ? ' (perhaps deleted)' : '');

/** Options that "search" and "strings" share. @type {import('./options.js').Option[]} */
export const SCAN_OPTIONS = [
  { name: 'pid', short: 'p', value: 'PID', help: 'only these processes: 17 or 17,18' },
  {
    name: 'kind',
    short: 'k',
    value: 'KIND',
    repeatable: true,
    choices: KINDS,
    help: `only mappings of this kind; may be given several times (${KINDS.join(', ')})`,
  },
  { name: 'perms', value: 'PERMS', help: 'only mappings with these permissions: x, rw …' },
  { name: 'address', value: 'RANGE', help: 'only between two addresses: 0x1000-0x2000' },
  {
    name: 'everywhere',
    help: 'also in what else may hold data of processes: queues of pipes and sockets, deleted files, tmpfs, /dev/shm, changes of the root file system, volumes',
  },
  { name: 'limit', value: 'COUNT', help: 'stop after COUNT matches' },
  {
    name: 'format',
    short: 'f',
    value: 'FORMAT',
    choices: ['table', 'json', 'jsonl', 'csv'],
    preset: 'table',
    help: 'form of the output: table (columns with tabs between them), json, jsonl (a line for each match), csv',
  },
  ...[JSON_SHORT, PREVIOUS, CONTAINER, NO_PROGRESS],
];

/**
 * What these options mean.
 * @param {import('./options.js').Context} context
 * @returns {import('../api/search.js').SearchOptions}
 */
export function scanOptions({ values, given, fail }) {
  const number = (/** @type {string} */ name) => {
    const text = values[name];
    if (text === undefined) return undefined;
    if (!/^\d{1,15}$/.test(text)) throw fail(`--${name} ${text}: expected a number`);
    return Number(text);
  };
  const options = {
    kinds: listOf(given, 'kind'),
    perms: values.perms ?? '',
    context: number('context') ?? 0,
    limit: number('limit') ?? Infinity,
  };
  if (options.context > 256) throw fail('--context: expected a number up to 256');
  if (!/^[rwx-]*$/.test(options.perms)) throw fail(`--perms ${options.perms}: expected r, w and x`);
  if (values.pid !== undefined && !/^[1-9]\d{0,9}(,[1-9]\d{0,9})*$/.test(values.pid))
    throw fail(`--pid ${values.pid}: expected a number, or several with commas between them`);
  const range = /^(0x[0-9a-f]{1,16})?-(0x[0-9a-f]{1,16})?$/i.exec(values.address ?? '-');
  if (!range) throw fail(`--address ${values.address}: expected two addresses, 0x1000-0x2000`);
  return {
    ...options,
    pids: values.pid?.split(',').map(Number) ?? [],
    ...(range[1] && { from: BigInt(range[1]) }),
    ...(range[2] && { to: BigInt(range[2]) }),
  };
}

/** @param {string} path */
function linesOf(path) {
  try {
    const text = readFileSync(path === '-' ? 0 : path, 'utf8');
    return text.split(/\r?\n/).filter((line) => line !== '');
  } catch (error) {
    throw new Failure(`${path} cannot be read: ${reason(/** @type {Error} */ (error).message)}`);
  }
}

/** @param {string} text @param {(message: string) => Error} fail */
function pointerOf(text, fail) {
  if (!/^0x[0-9a-f]{1,16}$/i.test(text))
    throw fail(`--pointer ${text}: expected 0x and hexadecimal digits`);
  return BigInt(text);
}

/**
 * @param {import('./options.js').Context} context
 * @returns {{query: import('../api/search.js').Query, patterns: string[], files: string[]}}
 */
function queryOf({ operands, values, given, switches, fail }) {
  const { pointer, patterns: list } = values;
  const other = pointer !== undefined || list !== undefined;
  const [first, ...rest] = operands;
  // The first operand is the archive, the last one the pattern.
  const files = filesOf(other ? operands : [first, ...rest.slice(0, -1)], true);
  const pattern = other ? undefined : rest.at(-1);
  if (!other && pattern === undefined) throw fail('PATTERN is missing');
  if (pointer !== undefined && list !== undefined)
    throw fail('--pointer and --patterns exclude each other');
  if (switches.has('hex') && switches.has('regex'))
    throw fail('--hex and --regex exclude each other');
  const encodings = /** @type {any} */ (listOf(given, 'encoding'));
  const common = {
    ...(encodings.length > 0 && { encodings }),
    ignoreCase: switches.has('ignore-case'),
  };
  if (pointer !== undefined)
    return {
      query: { ...common, pointers: [pointerOf(pointer, fail)] },
      patterns: [pointer],
      files,
    };
  const patterns = list === undefined ? [/** @type {string} */ (pattern)] : linesOf(list);
  if (patterns.length === 0) throw fail(`${list} has no patterns`);
  if (switches.has('regex')) {
    if (patterns.length > 1) throw fail('--regex takes one expression: a|b is either');
    return { query: { ...common, regex: patterns[0] }, patterns, files };
  }
  const form = switches.has('hex') ? 'hex' : 'text';
  return { query: { ...common, [form]: patterns }, patterns, files };
}

/** The columns of CSV: a match is in memory, or in a member. */
const NO_MATCH = { pid: null, address: null, member: null, offset: null };

/**
 * Runs a search over all operands and prints what is found.
 * @param {import('./options.js').Context} context
 * @param {{query: import('../api/search.js').Query, patterns: string[], files: string[]}} what
 */
export async function runSearch(context, { query, patterns, files }) {
  const { values, switches, stdout, fail } = context;
  const own = { ...context, operands: files };
  refuseSecondInput(own);
  const options = scanOptions(context);
  const { styleFor } = await import('./output.js');
  const style = styleFor(values.color ?? 'auto', stdout);
  const session = new Session(own, { again: true });
  const { format } = values;
  let count = 0;
  /** @type {Parameters<typeof eachDump>[2]} */
  const use = async (path, dump, checkpoint) => {
    const found = dump.memory.search(query, {
      ...options,
      limit: /** @type {number} */ (options.limit) - count,
      onProgress: (state) => session.progress(state),
      ...(switches.has('everywhere') && { streams: everywhere(checkpoint, dump) }),
    });
    for (;;) {
      const { done, value } = await found.next().catch((error) => {
        if (error instanceof PatternError)
          throw fail(`${JSON.stringify(error.pattern)}, byte ${error.offset}: ${error.message}`);
        throw error;
      });
      if (done) {
        await tellLeft(session, path, value);
        break;
      }
      session.clearProgress();
      const about = { patterns, context: /** @type {number} */ (options.context) > 0 };
      const row = { ...(files.length > 1 && { file: path }), ...matchJson(value, about) };
      if (format === 'json')
        await stdout.write(`${count === 0 ? '[\n' : ',\n'}${asciiJson(JSON.stringify(row))}`);
      else if (format === 'csv') {
        const text = csvOf([{ ...NO_MATCH, ...row }]);
        await stdout.write(count === 0 ? text : text.slice(text.indexOf('\n') + 1));
      } else if (format === 'jsonl') await stdout.write(`${asciiJson(JSON.stringify(row))}\n`);
      else
        await stdout.write(
          `${files.length > 1 ? `${escapeBytes(Buffer.from(path))}\t` : ''}${matchLine(value, style)}`,
        );
      if (stdout.isTerminal) await stdout.flush();
      count++;
    }
  };
  // Strings are too many to be kept until the archive is open.
  const search = query.strings === undefined ? { query, options } : undefined;
  await eachDump(own, session, use, { search });
  if (format === 'json') await stdout.write(count === 0 ? '[]\n' : '\n]\n');
  return session.code;
}

/** @param {Session} session @param {string} path @param {import('../api/search.js').Left} left */
async function tellLeft(session, path, { bytes, borders, blocks, files }) {
  for (const name of files.slice(0, 10))
    await session.say(
      `${path}!${name} was not searched: it is sparse, and larger than 256 MiB`,
      EXIT.findings,
    );
  if (bytes > 0)
    await session.say(
      `${path}: ${bytes / 1024} KiB were not searched: they are in a checkpoint before that was not given (--previous), were to be sent later, or are missing`,
      EXIT.findings,
    );
  if (borders > 0)
    await session.say(`${path}: ${borders} borders of pages were not searched`, EXIT.findings);
  if (blocks > 0)
    await session.say(`${path}: ${blocks} compressed blocks are damaged`, EXIT.findings);
}

/** @type {import('./options.js').Command} */
export const search = {
  name: 'search',
  summary: 'search the memory of processes',
  operands: 'FILE PATTERN',
  count: [1, Infinity],
  literal: true,
  details: [
    'Searches the memory of all processes of a checkpoint in one pass and prints process, address, mapping and match. A text is looked for as UTF-8 and as UTF-16. Matches are also found where they go over the borders of pages and mappings; they come in the order in which the pages lie in the checkpoint. Several FILEs may stand before the PATTERN.',
    '--hex takes bytes: "7f 45 4c 46 ?? 01", ? is any digit. --regex takes an expression of the kind that Go and RE2 have, over bytes; its time does not depend on the expression; ^, $ and \\b have no meaning in memory and are refused. A match has at most 1024 bytes.',
    'The exit code is 0 also if nothing is found, and 1 if some of the memory could not be searched.',
  ],
  options: [
    { name: 'hex', help: 'PATTERN is bytes as hexadecimal digits, ? for any digit' },
    { name: 'regex', short: 'E', help: 'PATTERN is a regular expression' },
    {
      name: 'patterns',
      value: 'LIST',
      completes: 'file',
      help: 'instead of PATTERN: a file with one on each line',
    },
    {
      name: 'pointer',
      value: 'ADDRESS',
      help: 'instead of PATTERN: where this address stands in memory',
    },
    { name: 'ignore-case', short: 'i', help: 'ASCII letters match in either case' },
    {
      name: 'encoding',
      value: 'ENCODING',
      repeatable: true,
      choices: ['utf8', 'utf16'],
      help: 'look for texts only as utf8 or utf16',
    },
    {
      name: 'context',
      short: 'C',
      value: 'BYTES',
      help: 'bytes to show before and after a match (up to 256)',
    },
    ...SCAN_OPTIONS,
  ],
  examples: [
    'ckpt search checkpoint.tar password=',
    'ckpt search --regex --format jsonl checkpoint.tar "AKIA[0-9A-Z]{16}"',
    'ckpt search --hex --perms x checkpoint.tar "0f 05 c3"',
    'ckpt search --patterns indicators.txt --everywhere checkpoint.tar',
  ],

  run: (context) => runSearch(context, queryOf(context)),
};
