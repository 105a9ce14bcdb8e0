// SPDX-License-Identifier: Apache-2.0
// From something to be checked to its report. Runs in the program itself and in its workers.
import process from 'node:process';
import { statSync } from '../api/node-fs.js';
import { basename, resolve } from 'node:path';
import { Chains } from './chain.js';
import { read, readingReport, whyUnread } from './check.js';
import { noTexts } from '../report/findings.js';
import { usedOf } from './ignores.js';
import { standardInputOf, whyUnreadable } from './open.js';
import { watched } from './progress.js';
import { meantIn } from './run-member.js';
import { Unfit } from './unfit.js';
import { ONLY_SECRETS, isSecret, listsSecrets } from '../api/secrets.js';

/**
 * @typedef {import('../report/findings.js').Entry} Entry
 * @typedef {import('../report/findings.js').Report} Report
 * @typedef {import('../report/findings.js').Texts} Texts
 * @typedef {import('./folder.js').Job} Job
 *
 * @typedef {object} Checker
 * @property {any} core
 * @property {typeof import('../api/node.js').openCheckpoint} openCheckpoint
 * @property {any} options of ckpt.validate
 * @property {import('../api/budget.js').Limits} [limits] of reading
 * @property {boolean} withTexts whether lines of the files will be shown
 * @property {boolean} [audit] whether exceptions are needed
 * @property {{named: readonly string[], operands: readonly string[]}} before where dumps before incremental ones are
 * @property {(state: {read: number, size: number}) => void} [onRead] is told how far a file was read
 */

/** Pages are in a dump before. */
const IN_PREVIOUS = 'CKP512';

/** Whether a report says that dumps before are missing. @param {Report} report */
const lacksPrevious = ({ targets }) =>
  targets.some(({ reasons }) => reasons.some(({ id }) => id === IN_PREVIOUS));

/** What finds them, for all jobs of a checker. @type {WeakMap<Checker['before'], Chains>} */
const chains = new WeakMap();

/** @param {Checker} checker @returns {Chains} */
function chainsOf({ openCheckpoint, limits, before }) {
  const known = chains.get(before);
  if (known) return known;
  /** @type {import('./chain.js').Open} */
  const open = async (path, use, options) => {
    const checkpoint = await openCheckpoint(path, { keep: options?.keep, limits });
    try {
      return await use(checkpoint);
    } finally {
      await checkpoint.close();
    }
  };
  const made = new Chains({ ...before, open });
  chains.set(before, made);
  return made;
}

/**
 * Judges a checkpoint, if it needs them with those before it: what --previous names, else those among the operands.
 * @param {(previous: any[]) => Promise<Entry>} judged @param {any} checkpoint @param {Job} job @param {Checker} checker
 * @returns {Promise<Entry>}
 */
async function withPrevious(judged, checkpoint, { path }, checker) {
  const { named, operands } = checker.before;
  const alone = await judged([]);
  const any = named.length > 0 || operands.length > 1;
  if (!any || !alone.report || !lacksPrevious(alone.report)) return alone;
  return chainsOf(checker).with(path, checkpoint, async (previous) =>
    previous.length === 0 ? alone : judged(previous),
  );
}

/** @param {Job} job @param {Partial<Entry>} what @returns {Entry} */
const entryOf = ({ kind, path, member, shown }, what) => ({
  ...{ kind, path, shown, files: {}, unreadable: null, report: null, texts: noTexts() },
  ...(member !== undefined && { member }),
  ...what,
});

/** @param {Job} job @param {Checker} checker @returns {Promise<Entry[]>} several where some files of a folder cannot be read */
export function runJob(job, checker) {
  const { ignores = [] } = job;
  const { options } = checker;
  const ignore = [...(options.ignore ?? []), ...ignores.map(({ rule }) => rule)];
  const own = ignores.length === 0 ? checker : { ...checker, options: { ...options, ignore } };
  const audit = async (/** @type {any} */ target, more = {}) => {
    if (!checker.audit || ignores.length === 0) return {};
    // Without the exceptions, and only their rules.
    const only = ignores.map(({ rule }) => rule);
    return {
      ignored: usedOf(ignores, await checker.core.validate(target, { ...options, only, ...more })),
    };
  };
  return job.kind === 'files' ? runFiles(job, own, audit) : runWhole(job, own, audit);
}

/** @typedef {(target: any, more?: any) => Promise<{ignored?: number[]}>} Audit which exceptions are needed; more:
 *   options for this target alone */

/** @param {Job} job @param {Checker} checker @param {Audit} audit @returns {Promise<Entry[]>} */
async function runFiles(job, checker, audit) {
  const { core, options, withTexts } = checker;
  /** @type {Entry[]} */
  const entries = [];
  /** @type {Record<string, Uint8Array>} */
  const contents = Object.create(null);
  /** @type {Entry['files']} */
  const files = Object.create(null);
  /** @type {Report | null} */
  let report = null;
  for (const input of job.inputs) {
    try {
      const bytes = await read(input);
      const name = core.files.find((/** @type {any} */ one) => one.name === input.kind)?.file;
      if (name === undefined) {
        const unread = readingReport(input.kind, bytes, core);
        if (unread.findings.length > 0) report = unread;
      }
      contents[name ?? input.kind] = bytes;
      const { path, shown, inner } = input;
      files[name ?? input.kind] = { path, shown, ...(inner && { inner }) };
    } catch (error) {
      const { path, shown } = input;
      entries.push(entryOf({ ...job, path, shown }, { unreadable: whyUnread(error) }));
    }
  }
  if (Object.keys(files).length === 0) return entries;
  report ??= /** @type {Report} */ (core.validate(contents, options));
  const texts = noTexts();
  if (withTexts) keepTexts(texts, new Map(Object.entries(contents)), report, checker);
  const more = await audit(contents);
  return [...entries, entryOf(job, { files: { ...files }, report, texts, ...more })];
}

/** @param {Job} job @param {Checker} checker @param {Audit} audit @returns {Promise<Entry[]>} */
async function runWhole(job, checker, audit) {
  const { core, openCheckpoint, limits, options, withTexts, onRead } = checker;
  const { file, path } = job;
  /** @type {any} */
  let checkpoint;
  try {
    const again = options.memory === true || options.digests === true;
    const from = file ?? (await standardInputOf(again));
    const { source, ...watching } = onRead ? await watched(from, onRead) : { source: from };
    checkpoint = await openCheckpoint(/** @type {any} */ (source), {
      ...{ ...watching, keep: 'images' },
      name: file === null ? path : basename(path),
      limits,
      hash: true,
    });
    if (again && file === null) await /** @type {any} */ (from).drain?.();
    const meant = await meantIn(checkpoint, job, core);
    if (meant.input) {
      const only = { ...job, kind: /** @type {const} */ ('files'), inputs: [meant.input] };
      return await runFiles(only, checker, audit);
    }
    const { target = checkpoint, container, around } = meant;
    const judged = async (/** @type {any[]} */ previous) => {
      const more = { file: target === checkpoint ? fileFacts(job) : {}, previous };
      /** @type {Report} */
      const report = await core.validate(target, { ...options, ...more });
      const texts = noTexts();
      if (withTexts) await gather(texts, target, report, checker);
      if (container !== undefined && report.containers) {
        report.containers = report.containers.slice(container, container + 1);
        texts.containers = texts.containers.slice(container, container + 1);
      }
      const own = { report, texts, ...(around && { around }), ...(await audit(target, more)) };
      return entryOf(job, own);
    };
    return [await withPrevious(judged, target, job, checker)];
  } catch (error) {
    const unreadable =
      error instanceof Unfit
        ? { code: 'member', message: error.message.replace(/^: /, '') }
        : whyUnreadable(error, path);
    if (!unreadable) throw error;
    return [entryOf(job, { unreadable })];
  } finally {
    await checkpoint?.close();
  }
}

/** What the file system says of an archive or a folder. @param {Job} job */
function fileFacts({ kind, file }) {
  if (kind === 'files' || file === null || process.platform === 'win32') return {};
  const path = resolve(String(file));
  return kind === 'archive' ? { mode: statSync(file).mode & 0o7777, path } : { path };
}

/** @param {Texts} texts @param {any} checkpoint @param {Report} report @param {Checker} checker */
async function gather(texts, checkpoint, report, checker) {
  /** @type {{texts: Texts, checkpoint: any, report: Report}[]} */
  const todo = [{ texts, checkpoint, report }];
  for (let step; (step = todo.pop());) {
    keepTexts(step.texts, step.checkpoint.files, step.report, checker);
    const inner = step.report.containers ?? [];
    if (!inner.some(({ findings }) => findings.length > 0)) continue;
    const checkpoints = await step.checkpoint.containers();
    inner.forEach((one, i) => {
      const own = noTexts();
      step.texts.containers.push(own);
      if (checkpoints[i]) todo.push({ texts: own, checkpoint: checkpoints[i], report: one });
    });
  }
}

/** The places of secrets. @param {Report} report @param {string} member */
const secretsIn = ({ findings }, member) =>
  findings.flatMap((finding) =>
    finding.offset !== null && finding.member === member && isSecret(finding)
      ? [{ offset: finding.offset, length: finding.length ?? 0 }]
      : [],
  );

/**
 * Keeps the files that lines are shown of; secrets are hidden whatever rules are ignored.
 * @param {Texts} texts @param {Map<string, Uint8Array>} files @param {Report} report @param {Checker} checker
 */
function keepTexts(texts, files, report, { core, options }) {
  const wanted = new Set(
    report.findings.flatMap(({ member, line }) => (line === null ? [] : [member])),
  );
  for (const member of wanted) {
    const bytes = files.get(member);
    // A copy: what it lies in may be larger, and would go to another thread with it.
    if (!bytes) continue;
    const found = listsSecrets(report, options)
      ? report
      : /** @type {Report} */ (core.validate({ [member]: bytes }, ONLY_SECRETS));
    const hidden = options.reveal ? [] : secretsIn(found, member);
    texts.files.set(member, { bytes: bytes.slice(), hidden });
  }
}
