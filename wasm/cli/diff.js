// SPDX-License-Identifier: Apache-2.0
// ckpt diff
import { toJson } from '../border/value.js';
import { asciiJson, escapeForTerminal } from '../report/escape.js';
import { plain } from '../report/markdown.js';
import { box, heading, memoryLine, referenceDiff, referenceText } from './diff-reference.js';
import { conclusion, sectionsOf } from './diff-view.js';
import { withPrevious } from './dump-command.js';
import { EXIT, Failure } from './exit.js';
import { goJson } from './go-json.js';
import { Session, Unfit, containersOf, refuseSecondInput } from './open.js';
import { listOf } from './options.js';
import { NO_PROGRESS } from './progress.js';
import { CONTAINER, selectContainer } from './select.js';

/**
 * @typedef {import('./options.js').Context} Context
 * @typedef {import('../api/checkpoint.js').Checkpoint} Checkpoint
 * @typedef {import('../api/diff.js').Diff} Diff
 */

/** The container of a file that is meant. @param {Context} context @param {Checkpoint} file @param {string} path */
async function containerOf({ values }, file, path) {
  if (values.container !== undefined)
    return (await selectContainer(file, values.container)).checkpoint;
  const found = await containersOf(file, path);
  if (found.length === 1) return found[0].checkpoint;
  throw new Unfit(`: holds ${found.length} containers; choose one with --container`);
}

/** @param {Checkpoint} checkpoint @throws {Unfit} it is no checkpoint at all */
function refuseEmpty({ error, summary, members }) {
  if (error) throw new Unfit(`: ${error.message}`);
  for (const _ of members) return;
  if (!summary?.container?.id) throw new Unfit(': no checkpoint is in it');
}

/** The letter of a checkpoint, and what the user calls it. @param {string} letter @param {any} side */
const named = (letter, { container }) =>
  `  ${letter}: ${escapeForTerminal(container.name)} (${escapeForTerminal(container.id)})`;

/** @param {Diff} diff */
const strangers = (diff) =>
  diff.sameContainer
    ? ''
    : `The checkpoints are of different containers:\n${named('A', diff.a)}\n${named('B', diff.b)}\n\n`;

/** @param {Diff} diff @param {any} reference @param {import('./diff-view.js').Section[]} sections */
function treeText(diff, reference, sections) {
  return [
    strangers(diff),
    heading(reference.json),
    ...sections.map(({ title, lines }) => box(title, lines)),
    `Summary:\n${escapeForTerminal(reference.json.summary.split('\n')[0])}\n${conclusion(diff).join('\n')}\n`,
  ].join('');
}

/** @param {Diff} diff @param {any} reference @param {import('./diff-view.js').Section[]} sections */
function markdown(diff, { json }, sections) {
  const side = (
    /** @type {string} */ letter,
    /** @type {any} */ { name },
    /** @type {any} */ info,
  ) => `| ${letter} | ${plain(name)} | ${plain(info.created)} | ${info.total_size} |\n`;
  return [
    `# ${plain(json.container_name || 'Checkpoints')}: A → B\n\n`,
    strangers(diff).replace(/^ {2}/gm, '* '),
    '| | File | Time | Bytes |\n| - | - | - | -: |\n',
    side('A', diff.a, json.checkpoint_a),
    side('B', diff.b, json.checkpoint_b),
    ...sections.map(
      ({ title, lines }) => `\n## ${title}\n\n${lines.map((line) => `    ${line}\n`).join('')}`,
    ),
    `\n## Summary\n\n${conclusion(diff)
      .map((line) => `* ${plain(line)}\n`)
      .join('')}`,
  ].join('');
}

/** @type {import('./options.js').Command} */
export const diff = {
  name: 'diff',
  summary: 'show what differs between two checkpoints',
  operands: 'A B',
  count: [2, 2],
  details: [
    'Shows what changed from checkpoint A to checkpoint B: processes with their threads, credentials, limits and environments, descriptors, sockets, mounts, the memory by process, mapping and page down to the first byte that differs, the values of the metadata files, the members of the archives, and the verdicts with the findings that came and went. Nothing is unpacked, and no file is held in memory.',
    'Differences that any two dumps have, in ids, times, statistics and logs, are folded: they are counted, and do not make the checkpoints different. Checkpoints of different containers can be compared, too; the ids of the containers do not count then. The exit code is 0 if nothing differs, 1 if something does, 3 if one of the two cannot be read.',
    'The options of "checkpointctl diff" are known. With --format json its members come first, and "details" has everything (addresses are decimal numbers). What looks like a secret is hidden, unless --reveal.',
  ],
  options: [
    {
      name: 'format',
      short: 'f',
      value: 'FORMAT',
      choices: ['tree', 'json', 'markdown'],
      preset: 'tree',
      help: 'output format: tree, json, markdown',
    },
    { name: 'files', help: 'show the descriptors also if they are the same' },
    { name: 'sockets', help: 'show the sockets also if they are the same' },
    { name: 'ps-tree-cmd', help: 'with command lines (they are always compared)' },
    { name: 'ps-tree-env', help: 'with environments (they are always compared)' },
    {
      name: 'show-unchanged',
      help: 'list the processes, descriptors and sockets that are the same, too',
    },
    { name: 'noise', help: 'show differences in ids, times, statistics and logs, too' },
    { name: 'no-memory', help: 'do not compare the memory: that takes most of the time' },
    { name: 'reveal', help: 'show what looks like a secret, too' },
    {
      name: 'previous-a',
      value: 'FILE',
      repeatable: true,
      completes: 'file',
      help: 'of an incremental checkpoint A: the one before it; again for the one before that',
    },
    {
      name: 'previous-b',
      value: 'FILE',
      repeatable: true,
      completes: 'file',
      help: 'of an incremental checkpoint B: the one before it; again for the one before that',
    },
    CONTAINER,
    NO_PROGRESS,
  ],
  examples: [
    'ckpt diff before.tar after.tar',
    'ckpt diff --format json before.tar after.tar | jq .details.memory.pages',
  ],

  async run(context) {
    refuseSecondInput(context);
    const { operands, values, given, switches, stdout, core } = context;
    const ckpt = await core();
    const session = new Session(context);
    const has = (/** @type {string} */ name) => switches.has(name);
    const parts = {
      cmd: has('ps-tree-cmd'),
      files: has('files') || !context.dropIn,
      sockets: has('sockets') || !context.dropIn,
      unchanged: has('show-unchanged'),
    };
    const [pathA, pathB] = operands;
    /** @type {Diff | undefined} */
    let found;
    const compare = async (/** @type {Checkpoint} */ fileA, /** @type {Checkpoint} */ fileB) => {
      const a = await containerOf(context, fileA, pathA);
      const b = await containerOf(context, fileB, pathB);
      const previous = (/** @type {string} */ name) => listOf(given, name);
      await withPrevious(previous('previous-a'), context, (previousA) =>
        withPrevious(previous('previous-b'), context, async (previousB) => {
          found = await ckpt.diff(a, b, {
            ...{ previousA, previousB, lists: true, reveal: has('reveal') },
            ...(context.dropIn
              ? { memory: false, members: false, verdict: false }
              : { memory: !has('no-memory') }),
            onProgress: (state) => session.progress(state),
          });
        }),
      );
    };
    await session.open(pathA, async (fileA) => {
      refuseEmpty(fileA);
      await session.open(pathB, async (fileB) => {
        refuseEmpty(fileB);
        await compare(fileA, fileB);
      });
    });
    session.endProgress();
    if (!found) return EXIT.unreadable;
    if (context.dropIn && !found.sameContainer)
      throw new Failure(
        `checkpoints are from different containers:\n${named('A', found.a)}\n${named('B', found.b)}`,
      );
    const reference = referenceDiff(found, parts);
    if (values.format === 'json') {
      const details = { ...found };
      delete details.lists;
      const text = goJson(reference.json);
      await stdout.write(
        context.dropIn
          ? text
          : `${text.trimEnd().slice(0, -2)},\n  "details": ${asciiJson(toJson(details))}\n}\n`,
      );
    } else if (context.dropIn) {
      await stdout.write(referenceText(reference.json, reference.tree, parts));
    } else {
      const sections = sectionsOf(found, {
        ...{ noise: has('noise'), bytes: (count) => ckpt.byteToString(count) },
        ...{ memoryLine: memoryLine(reference.json), files: has('files'), sockets: has('sockets') },
        ...(parts.unchanged && { unchanged: reference.json }),
      });
      const make = values.format === 'markdown' ? markdown : treeText;
      await stdout.write(make(found, reference, sections));
    }
    return found.equal ? session.code : Math.max(session.code, EXIT.findings);
  },
};
