// SPDX-License-Identifier: Apache-2.0
// ckpt diff
import { toJson } from '../border/value.js';
import { asciiJson } from '../report/escape.js';
import { htmlOf } from './diff-html.js';
import { memoryLine, referenceDiff, referenceText } from './diff-reference.js';
import { markdownOf, named, treeOf } from './diff-text.js';
import { sectionsOf } from './diff-view.js';
import { withCheckpoints } from './chain.js';
import { EXIT, Failure } from './exit.js';
import { goJson } from './go-json.js';
import { Session, Unfit, containersOf, refuseSecondInput } from './open.js';
import { JSON_SHORT, listOf } from './options.js';
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

/** The members of the reference tool, and everything. @param {import('./diff-text.js').Shown} step */
const pairText = ({ diff: details, reference }) =>
  `${goJson(reference.json).trimEnd().slice(0, -2)},\n  "details": ${asciiJson(toJson(details))}\n}`;

/** @param {import('./diff-text.js').Shown[]} steps */
const jsonText = (steps) =>
  steps.length === 1
    ? `${pairText(steps[0])}\n`
    : `{\n"series": [\n${steps.map(pairText).join(',\n')}\n]\n}\n`;

/** @type {import('./options.js').Command} */
export const diff = {
  name: 'diff',
  summary: 'show what differs between two checkpoints',
  operands: 'A B...',
  count: [2, Infinity],
  folders: true,
  details: [
    'Shows what changed from checkpoint A to checkpoint B: processes with their threads, credentials, limits and environments, descriptors, sockets, mounts, the memory by process, mapping and page down to the first byte that differs, the values of the metadata files, the members of the archives, and the verdicts with the findings that came and went. Nothing is unpacked, and no file is held in memory.',
    'Differences that any two dumps have, in ids, times, statistics and logs, are folded: they are counted, and do not make the checkpoints different. Checkpoints of different containers can be compared, too; the ids of the containers do not count then. The exit code is 0 if nothing differs, 1 if something does, 3 if one of the two cannot be read.',
    'Of more than two checkpoints each is compared with the one before it, and a table sums up the series. Strings that are in the pages that differ of one of the two only are listed with their addresses, up to 500 of a process and side.',
    'The options of "checkpointctl diff" are known. With --format json its members come first, and "details" has everything (addresses are decimal numbers). What looks like a secret is hidden, unless --reveal.',
  ],
  options: [
    {
      name: 'format',
      short: 'f',
      value: 'FORMAT',
      choices: ['tree', 'json', 'markdown', 'html'],
      preset: 'tree',
      help: 'output format: tree, json, markdown, html (a page that needs nothing else)',
    },
    JSON_SHORT,
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
    'ckpt diff --format html monday.tar tuesday.tar wednesday.tar > week.html',
  ],

  async run(context) {
    refuseSecondInput(context);
    const { operands, values, given, switches, stdout, core, fail } = context;
    const ckpt = await core();
    const session = new Session(context, { again: true });
    const has = (/** @type {string} */ name) => switches.has(name);
    const parts = {
      cmd: has('ps-tree-cmd'),
      files: has('files') || !context.dropIn,
      sockets: has('sockets') || !context.dropIn,
      unchanged: has('show-unchanged'),
    };
    const previous = (/** @type {string} */ name) => listOf(given, name);
    const [before, after] = [previous('previous-a'), previous('previous-b')];
    if (operands.length > 2 && before.length + after.length > 0)
      throw fail('--previous-a and --previous-b need exactly two checkpoints');
    if (operands.length > 2 && operands.includes('-'))
      throw fail('standard input can be read only once; a series reads its files twice');
    /** @param {string} pathA @param {string} pathB @returns {Promise<Diff | undefined>} */
    const compare = async (pathA, pathB) => {
      /** @type {Diff | undefined} */
      let found;
      const both = async (/** @type {Checkpoint} */ fileA, /** @type {Checkpoint} */ fileB) => {
        const a = await containerOf(context, fileA, pathA);
        const b = await containerOf(context, fileB, pathB);
        await withCheckpoints(before, context, (previousA) =>
          withCheckpoints(after, context, async (previousB) => {
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
      const open = async (/** @type {Checkpoint} */ fileA) => {
        refuseEmpty(fileA);
        const second = async (/** @type {Checkpoint} */ fileB) => {
          refuseEmpty(fileB);
          await both(fileA, fileB);
        };
        await session.open(pathB, second, { keep: 'processes' });
      };
      await session.open(pathA, open, { keep: 'processes' });
      return found;
    };
    /** @type {import('./diff-text.js').Shown[]} */
    const steps = [];
    for (let i = 1; i < operands.length; i++) {
      const found = await compare(operands[i - 1], operands[i]);
      session.endProgress();
      if (!found) return EXIT.unreadable;
      if (context.dropIn && !found.sameContainer)
        throw new Failure(
          `checkpoints are from different containers:\n${named('A', found.a)}\n${named('B', found.b)}`,
        );
      const reference = referenceDiff(found, parts);
      const sections = sectionsOf(found, {
        ...{ noise: has('noise'), bytes: (count) => ckpt.byteToString(count) },
        ...{ memoryLine: memoryLine(reference.json), files: has('files'), sockets: has('sockets') },
        ...(parts.unchanged && { unchanged: reference.json }),
      });
      delete found.lists;
      steps.push({ diff: found, reference, sections });
    }
    if (context.dropIn) {
      const { json, tree } = steps[0].reference;
      await stdout.write(
        values.format === 'json' ? goJson(json) : referenceText(json, tree, parts),
      );
    } else {
      const make = { json: jsonText, markdown: markdownOf, html: htmlOf, tree: treeOf };
      const format = /** @type {keyof typeof make} */ (values.format ?? 'tree');
      await stdout.write(make[format](steps));
    }
    const equal = steps.every(({ diff: { equal: same } }) => same);
    return equal ? session.code : Math.max(session.code, EXIT.findings);
  },
};
