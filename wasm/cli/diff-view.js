// SPDX-License-Identifier: Apache-2.0
// What differs between two checkpoints, in sections: for boxes and for Markdown.
import { displayWidth, escapeForTerminal } from '../report/escape.js';
import { shown } from './rows.js';

/**
 * @typedef {import('../api/diff.js').Diff} Diff
 * @typedef {{title: string, lines: string[]}} Section lines are safe to show; deeper ones are indented
 */

/** Entries of each list that are shown. */
const MOST_RANGES = 3;
const MOST_LINES = 40;
const MOST_VALUES = 4;
const MOST_STRINGS = 20;
const MOST_WIDTH = 100;

/** @type {Record<string, string>} */
const MARKS = { added: '+', removed: '-', changed: '~', replaced: '~', moved: '>' };
/** @type {Record<string, string>} */
export const VERDICTS = {
  restores: 'restores',
  conditional: 'restores if …',
  fails: 'fails',
  unknown: 'unknown',
};

/** @param {string} text safe to show */
function short(text) {
  if (displayWidth(text) <= MOST_WIDTH) return text;
  let out = '';
  let width = 1;
  for (const character of text) {
    width += displayWidth(character);
    if (width > MOST_WIDTH) break;
    out += character;
  }
  return `${out}…`;
}

/** @param {any} value of a field */
function valueText(value) {
  if (value === null || value === undefined) return 'none';
  if (typeof value === 'string') return short(escapeForTerminal(value));
  if (typeof value === 'object' && typeof value.hex === 'string') return short(shown(value));
  if (Array.isArray(value) && value.every((one) => typeof one === 'string' || one?.hex))
    return short(value.map((one) => shown(one)).join(' ') || 'none');
  const text = JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? Number(part) : part));
  return short(escapeForTerminal(text));
}

/** Fields whose values are elements that went and came. @param {any} value */
const isSet = (value) => Array.isArray(value) && value.every((one) => typeof one === 'string');

/** @param {import('../api/diff-values.js').FieldChange} change */
function fieldText({ field, before, after }) {
  const name = escapeForTerminal(field);
  if (before === undefined && typeof after === 'object' && after !== null)
    return `+ ${name} ${valueText(after.comm ?? after)}`;
  if (after === undefined && typeof before === 'object' && before !== null)
    return `- ${name} ${valueText(before.comm ?? before)}`;
  if (isSet(before) && isSet(after) && field !== 'cmdline')
    return `${name}: ${[...before.map((/** @type {any} */ one) => `-${shown(one)}`), ...after.map((/** @type {any} */ one) => `+${shown(one)}`)].join(' ')}`;
  return `${name}: ${valueText(before)} → ${valueText(after)}`;
}

/** The first lines, and how many more there are. @param {string[]} lines @param {number} [most] */
const some = (lines, most = MOST_LINES) =>
  lines.length <= most
    ? lines
    : [...lines.slice(0, most), `… ${lines.length - most} more (--format json has all)`];

/** @param {any[]} fields @param {boolean} noise */
const worth = (fields, noise) => fields.filter((field) => noise || !field.noise);

/** @param {Diff} diff @returns {string[]} */
function verdictLines({ verdict }) {
  if (!verdict) return [];
  const lines = verdict.targets.map(
    ({ target, before, after, because }) =>
      `${target}: ${VERDICTS[before]} → ${VERDICTS[after]}${because.length > 0 ? ` (${because.join(', ')})` : ''}`,
  );
  for (const [mark, list] of /** @type {[string, any[]][]} */ ([
    ['+', verdict.come],
    ['-', verdict.gone],
  ]))
    for (const { id, severity, message } of list)
      lines.push(`${mark} ${id} ${severity}: ${short(escapeForTerminal(message))}`);
  return lines;
}

/** @param {import('../api/diff-memory.js').PageCounts} pages */
function pagesText({ changed, added, removed, unknown }) {
  const parts = [];
  if (changed > 0) parts.push(`${changed} changed`);
  if (added > 0) parts.push(`${added} came`);
  if (removed > 0) parts.push(`${removed} went`);
  if (unknown > 0) parts.push(`${unknown} not in the dumps`);
  return parts.join(', ') || 'none';
}

const hex = (/** @type {bigint} */ address) => `0x${address.toString(16)}`;

/** @param {import('../api/diff-memory.js').PageRange} range */
function rangeText({ change, start, end, first, last, bytes }) {
  const pages = `${MARKS[change]} ${hex(start)}-${hex(end)}`;
  if (bytes === null || first === null || last === null) return pages;
  return bytes === 1
    ? `${pages}: 1 byte, at ${hex(first)}`
    : `${pages}: ${bytes} bytes, the first at ${hex(first)}, the last at ${hex(last)}`;
}

/** @param {{start: bigint, end: bigint, perms: string}[]} bounds */
const boundsText = (bounds) =>
  bounds.map(({ start, end, perms }) => `${hex(start)}-${hex(end)} ${perms}`).join(', ');

/** @param {import('../api/diff-memory.js').MapChange} map */
function mapLines({ change, kind, name, before, after, pages, ranges }) {
  const called = name === null ? `[${kind}]` : shown(name);
  const bounds =
    change === 'changed'
      ? `${boundsText(before)} → ${boundsText(after)}`
      : boundsText(after.length > 0 ? after : before);
  const counts = pages.changed + pages.added + pages.removed > 0 ? `: ${pagesText(pages)}` : '';
  const rest = ranges.length - MOST_RANGES;
  return [
    `  ${change ? MARKS[change] : ' '} ${short(bounds)} ${called}${counts}`,
    ...ranges.slice(0, MOST_RANGES).map((range) => `      ${rangeText(range)}`),
    ...(rest > 0 ? [`      … ${rest} more`] : []),
  ];
}

/** @param {Diff} diff @returns {string[]} */
function memoryLines({ memory, lists }) {
  if (!memory) return [];
  const names = new Map();
  for (const list of [lists?.a.processes ?? [], lists?.b.processes ?? []])
    for (const { pid, comm } of list) names.set(pid, shown(comm));
  const { pages, processes, rangesCut, pageSize } = memory;
  const lines = [`Pages of ${pageSize} bytes: ${pagesText(pages)}, ${pages.same} the same`];
  for (const { pid, change, pages: own, maps } of processes) {
    const mark = change === 'changed' ? '~' : MARKS[change];
    lines.push(`${mark} PID ${pid} ${names.get(pid) ?? ''}: ${pagesText(own)}`);
    const all = maps.flatMap(mapLines);
    lines.push(...some(all));
  }
  if (rangesCut > 0) lines.push(`… ${rangesCut} ranges of pages are counted, but not listed`);
  return lines;
}

/** Strings that came and went in pages. @param {Diff} diff @returns {string[]} */
function stringLines({ memory }) {
  return (memory?.processes ?? []).flatMap(({ pid, strings }) => {
    if (!strings || strings.added.length + strings.removed.length === 0) return [];
    const line =
      (/** @type {string} */ mark) =>
      (/** @type {any} */ { address, text }) =>
        `  ${mark} ${hex(address)} ${short(escapeForTerminal(text))}`;
    const { added, removed, cut } = strings;
    return [
      `PID ${pid}: ${added.length} came, ${removed.length} went${cut > 0 ? `, and ${cut} more` : ''}`,
      ...some(removed.map(line('-')), MOST_STRINGS),
      ...some(added.map(line('+')), MOST_STRINGS),
    ];
  });
}

/** @param {Diff} diff @param {boolean} noise */
function processLines({ processes }, noise) {
  return processes.flatMap(({ pid, change, before, after, insteadOf, fields, environment }) => {
    const { comm, cmdline } = /** @type {any} */ (after ?? before);
    const command = cmdline?.some((/** @type {any} */ part) => part !== '')
      ? cmdline.map((/** @type {any} */ part) => shown(part)).join(' ')
      : `[${shown(comm)}]`;
    return [
      `${MARKS[change]} PID ${pid} ${short(command)}${insteadOf === null ? '' : ` (instead of PID ${insteadOf})`}`,
      ...worth(fields, noise).map((field) => `    ${fieldText(field)}`),
      ...environment.map(({ change: how, before: one, after: two }) =>
        how === 'changed'
          ? `    environment: ${valueText(one)} → ${valueText(two)}`
          : `    environment: ${MARKS[how]}${valueText(two ?? one)}`,
      ),
    ];
  });
}

/** What a descriptor stands for, in short. @param {any} file */
function fileText({ type, path, pipe, inode, terminal }) {
  if (path !== null && path !== '') return `${type} ${short(shown(path))}`;
  if (pipe) return `${type} pipe (${pipe.access})`;
  if (inode !== undefined) return `${type} socket`;
  return terminal ? `${type} ${terminal.type}` : type;
}

/** @param {any} end of a connection */
const endText = (end) =>
  end ? `${end.address.includes(':') ? `[${end.address}]` : end.address}:${end.port || '*'}` : '';

/** @param {any} socket */
function socketText({ family, protocol, type, state, local, remote, name, abstract }) {
  if (local) {
    const peer = remote && remote.port ? ` → ${endText(remote)}` : '';
    return `${protocol}${family === 'inet6' ? '6' : ''} ${state ?? ''} ${endText(local)}${peer}`;
  }
  if (family === 'unix')
    return `unix ${type} ${name === null ? '(unnamed)' : `${abstract ? '@' : ''}${shown(name)}`}`;
  return `${family} ${protocol ?? type ?? ''}`;
}

/** @param {any} thing with a descriptor */
const place = ({ pid, fd, use }) => `PID ${pid ?? '-'} ${fd === null ? (use ?? '-') : `fd ${fd}`}`;

/**
 * What is left when that of processes which came or went as a whole is taken away, and a line for each of those.
 * @param {import('../api/diff-values.js').ThingChange<any>[]} changes @param {Diff} diff @param {string} what
 */
function withProcesses(changes, { processes }, what) {
  const whole = new Map(
    processes.filter(({ change }) => change !== 'changed').map(({ pid, change }) => [pid, change]),
  );
  /** @type {Map<number, number>} */
  const counts = new Map();
  const rest = changes.filter(({ change, before, after }) => {
    const { pid } = after ?? before;
    if (whole.get(pid) !== change) return true;
    counts.set(pid, (counts.get(pid) ?? 0) + 1);
    return false;
  });
  const lines = [...counts].map(
    ([pid, count]) =>
      `${MARKS[/** @type {string} */ (whole.get(pid))]} PID ${pid} with the process: ${count} ${what}`,
  );
  return { rest, lines };
}

/**
 * @param {import('../api/diff-values.js').ThingChange<any>[]} changes @param {(thing: any) => string} text @param {(thing: any) => string} where
 * @param {boolean} noise
 */
const thingLines = (changes, text, where, noise) =>
  changes.flatMap(({ change, before, after, fields }) => {
    const head = `${MARKS[change]} ${where(after ?? before)} `;
    if (change === 'added' || change === 'removed') return [head + text(after ?? before)];
    if (change === 'replaced') return [`${head}${text(before)} ⇒ ${text(after)}`];
    return [
      `${head}${text(after)}`,
      ...worth(fields, noise).map((field) => `    ${fieldText(field)}`),
    ];
  });

/** @param {Diff} diff @param {boolean} noise */
const metadataLines = ({ metadata }, noise) =>
  metadata.flatMap(({ member, changes }) => {
    const list = changes.filter((change) => noise || !change.noise);
    if (list.length === 0) return [];
    return [escapeForTerminal(member), ...some(list.map((value) => `  ${valueChange(value)}`))];
  });

/** @param {import('../api/diff-members.js').MemberChange} member @param {(bytes: number) => string} bytes */
function memberText({ name, change, before, after, why, at }, bytes) {
  const head = `${MARKS[change]} ${escapeForTerminal(name)}`;
  const sizes = [before, after].map((one) => bytes(one?.size ?? 0));
  if (why === 'size' && sizes[0] !== sizes[1]) return `${head}: ${sizes[0]} → ${sizes[1]}`;
  if (why === 'size') return `${head}: ${before?.size} → ${after?.size} bytes`;
  if (why === 'content')
    return `${head}: other content${at === 0 ? '' : `, from byte ${at} or a little behind`}`;
  if (why !== '') return `${head}: another ${why}`;
  const { type, size } = /** @type {{type: string, size: number}} */ (after ?? before);
  return type === 'file' ? `${head} (${bytes(size)})` : `${head} (${type})`;
}

/** @param {import('../api/diff-json.js').ValueChange} value */
function valueChange({ pointer, change, before, after }) {
  const one = before === null ? '' : short(escapeForTerminal(before));
  const two = after === null ? '' : short(escapeForTerminal(after));
  const values = change === 'changed' ? `${one} → ${two}` : two || one;
  return `${MARKS[change]} ${escapeForTerminal(pointer) || '/'} ${values}`;
}

/** @param {Diff} diff @param {boolean} noise @param {(bytes: number) => string} bytes */
const memberLines = ({ members }, noise, bytes) =>
  members
    .filter((member) => noise || !member.noise)
    .flatMap((member) => {
      const values = member.values.filter((value) => noise || !value.noise);
      const rest = values.length - MOST_VALUES;
      return [
        memberText(member, bytes),
        ...values.slice(0, MOST_VALUES).map((value) => `    ${valueChange(value)}`),
        ...(rest > 0 ? [`    … ${rest} more`] : []),
      ];
    });

/**
 * @param {Diff} diff with its lists @param {{noise: boolean, bytes: (count: number) => string, memoryLine: string, files: boolean, sockets: boolean, unchanged?: any}} options
 *   files, sockets: show the section also if nothing differs; unchanged: the reference tool's JSON, whose unchanged
 *   entries are listed, too
 * @returns {Section[]} those in which something differs; memory and processes in any case
 */
export function sectionsOf(diff, { noise, bytes, memoryLine, files, sockets, unchanged }) {
  const none = ['= No change'];
  const same = (/** @type {string} */ key, /** @type {(entry: any) => string} */ text) =>
    (unchanged?.[key]?.unchanged ?? []).map(
      (/** @type {any} */ one) => `= PID ${one.pid} ${text(one)}`,
    );
  const or = (/** @type {string[]} */ lines, /** @type {boolean} */ always) =>
    lines.length > 0 ? lines : always ? none : [];
  const byPath = (/** @type {any} */ { path }) => shown(path);
  const ofFiles = withProcesses(diff.files, diff, 'descriptors');
  const ofSockets = withProcesses(diff.sockets, diff, 'sockets');
  const sections = [
    { title: 'Verdict', lines: verdictLines(diff) },
    { title: 'Memory Changes', lines: [memoryLine, ...memoryLines(diff)] },
    { title: 'Strings', lines: stringLines(diff) },
    {
      title: 'Process Tree',
      lines: or(
        [
          ...processLines(diff, noise),
          ...same('process_changes', ({ command, cmdline }) => short(cmdline || command)),
        ],
        true,
      ),
    },
    {
      title: 'File Descriptor Changes',
      lines: or(
        [
          ...thingLines(ofFiles.rest, fileText, place, noise),
          ...ofFiles.lines,
          ...same('file_changes', ({ fd, path }) => `${fd} ${short(path)}`),
        ],
        files,
      ),
    },
    {
      title: 'Socket Changes',
      lines: or(
        [
          ...thingLines(ofSockets.rest, socketText, place, noise),
          ...ofSockets.lines,
          ...same(
            'socket_changes',
            ({ type, state, address, source, src_port, dest, dst_port }) =>
              address ??
              `${type} ${state ?? ''} ${source}:${src_port ?? 0} ${dest}:${dst_port ?? 0}`,
          ),
        ],
        sockets,
      ),
    },
    {
      title: 'Mounts',
      lines: thingLines(
        diff.mounts,
        ({ type, source }) => `${type} ${shown(source)}`,
        byPath,
        noise,
      ),
    },
    { title: 'Metadata', lines: metadataLines(diff, noise) },
    { title: 'Members', lines: some(memberLines(diff, noise, bytes)) },
    {
      title: 'Not known',
      lines: some(
        diff.gaps.map(
          ({ side, member, message }) =>
            `${side.toUpperCase()}: ${escapeForTerminal(member)}: ${escapeForTerminal(message)}`,
        ),
      ),
    },
  ];
  return sections.filter(({ lines }) => lines.length > 0);
}

/** @param {Diff['verdict']} verdict */
function verdictLine(verdict) {
  if (!verdict) return [];
  const { before, after, because } = verdict;
  const why = because.length > 0 ? ` (${because.join(', ')})` : '';
  return before === after
    ? [`Verdict: ${VERDICTS[after]}, as before`]
    : [`Verdict: ${VERDICTS[before]} → ${VERDICTS[after]}${why}`];
}

/** In one line each. @param {Diff} diff */
export function conclusion({
  equal,
  verdict,
  noise,
  memory,
  processes,
  files,
  sockets,
  mounts,
  metadata,
  members,
}) {
  const folded =
    noise > 0
      ? [
          `Folded: ${noise} differences in ids, times and what is reported above (--noise shows them)`,
        ]
      : [];
  if (equal) return ['Nothing differs.', ...verdictLine(verdict), ...folded];
  const count = (/** @type {any[]} */ list, /** @type {string} */ change) =>
    list.filter((one) => one.change === change).length;
  const line = (/** @type {string} */ label, /** @type {any[]} */ list) =>
    list.length > 0
      ? [
          `${label}: +${count(list, 'added')} -${count(list, 'removed')} ~${list.length - count(list, 'added') - count(list, 'removed')}`,
        ]
      : [];
  const values = metadata.flatMap(({ changes }) => changes.filter((change) => !change.noise));
  return [
    ...line('Processes', processes),
    ...line('Files', files),
    ...line('Sockets', sockets),
    ...line('Mounts', mounts),
    ...line('Metadata', values),
    ...line(
      'Members',
      members.filter((member) => !member.noise),
    ),
    ...(memory && memory.processes.length > 0
      ? [`Pages: +${memory.pages.added} -${memory.pages.removed} ~${memory.pages.changed}`]
      : []),
    ...verdictLine(verdict),
    ...folded,
  ];
}
