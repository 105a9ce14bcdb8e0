// SPDX-License-Identifier: Apache-2.0
// What differs between two checkpoints: in their processes, memory, files, metadata, and in whether they restore.
import { enums } from '../../dist/tables.js';
import { Checkpoint } from './checkpoint.js';
import { Mask, diffTexts } from './diff-json.js';
import { MemberComparison } from './diff-members.js';
import { diffMemory } from './diff-memory.js';
import { compareEnvironments, compareFields, compareLists, withoutIds } from './diff-values.js';
import { validateWith } from './validate.js';
import { kindOf, must } from '../border/arguments.js';

/**
 * @typedef {import('../border/core.js').Core} Core
 * @typedef {import('./diff-values.js').FieldChange} FieldChange
 * @typedef {import('../../dist/types/dump.d.ts').Process} Process
 *
 * @typedef {object} DiffOptions
 * @property {Checkpoint[]} [previousA] dumps before the first one, the latest first @property {Checkpoint[]} [previousB]
 * @property {boolean} [memory] compare the memory; true by default
 * @property {boolean} [members] compare what is in the members of the archives; true by default
 * @property {boolean} [verdict] validate both; true by default
 * @property {boolean} [reveal] secrets are not masked
 * @property {boolean} [lists] give everything that was compared, too, in `lists`; false by default
 * @property {AbortSignal} [signal]
 * @property {(state: {read: number, size: number}) => void} [onProgress] bytes of memory
 *
 * One checkpoint, in short.
 * @typedef {object} DiffSide
 * @property {string} name of the file @property {{id: string, name: string, image: string}} container
 * @property {string} engine @property {string | null} created RFC 3339, of the container
 * @property {string | null} checkpointed of the checkpoint; Podman does not record it: then of its newest image
 * @property {{checkpoint: number, pages: number, rootfsDiff: number}} sizes bytes
 *
 * @typedef {object} ProcessChange
 * @property {number} pid @property {'added' | 'removed' | 'changed'} change
 * @property {Process | null} before @property {Process | null} after without their environments
 * @property {FieldChange[]} fields that differ: threads/12, capabilities/effective, limits/nofile/soft …
 * @property {ReturnType<typeof compareEnvironments>} environment variables that differ
 * @property {number | null} insteadOf of one that was added: the removed process of the same parent and program that it
 *   was compared with
 *
 * @typedef {object} Diff
 * @property {boolean} equal nothing differs but noise, and nothing is unknown
 * @property {boolean} sameContainer
 * @property {DiffSide} a @property {DiffSide} b
 * @property {{member: string, changes: import('./diff-json.js').ValueChange[]}[]} metadata
 * @property {ProcessChange[]} processes
 * @property {import('./diff-values.js').ThingChange<any>[]} files
 * @property {import('./diff-values.js').ThingChange<any>[]} sockets
 * @property {import('./diff-values.js').ThingChange<any>[]} mounts
 * @property {import('./diff-memory.js').MemoryDiff | null} memory null: not asked for, or not comparable
 * @property {import('./diff-members.js').MemberChange[]} members
 * @property {VerdictChange | null} verdict
 * @property {{side: 'a' | 'b', member: string, message: string}[]} gaps what is not known, and why
 * @property {number} noise differences in ids and times, which do not count
 * @property {{a: DiffLists, b: DiffLists}} [lists] if it was asked for
 *
 * @typedef {{processes: any[], files: any[], sockets: any[]}} DiffLists of one checkpoint, as its dump gives them
 *
 * @typedef {object} VerdictChange
 * @property {string} before @property {string} after of the engine that made each
 * @property {string[]} because ids of rules and conditions, if they differ
 * @property {{target: string, before: string, after: string, because: string[]}[]} targets whose verdicts differ; ids of rules and conditions
 * @property {any[]} gone findings of the first only @property {any[]} come of the second only
 */

export const DIFF_OPTIONS = {
  previousA: must.any,
  previousB: must.any,
  memory: must.flag,
  members: must.flag,
  verdict: must.flag,
  reveal: must.flag,
  lists: must.flag,
  signal: must.signal,
  onProgress: must.any,
};

/** Of a process that took the place of another: what must differ. */
const OWN = /^(pid|threads(\/.*)?)$/;

/** What metadata says of the moment of the checkpoint, and of the machine's own bookkeeping. */
const NOISY_POINTER =
  /\/(checkpointedTime|checkpointedAt|restoredTime|restoredAt|startedTime|startedAt|finishedTime|createdTime|createdAt|Created|pid|conmonPid|Pid|lockID)$/;

/** The newest time of an image, for checkpoints that do not say when they were made. @param {Checkpoint} checkpoint */
function newestImage({ members }) {
  let newest = 0;
  for (const { name, mtime } of /** @type {Iterable<any>} */ (members))
    if (/\.img$/.test(name) && mtime) newest = Math.max(newest, Number(mtime));
  return newest === 0 ? null : `${new Date(newest * 1000).toISOString().slice(0, 19)}Z`;
}

/** @param {Checkpoint} checkpoint @returns {DiffSide} */
function sideOf(checkpoint) {
  const { container = {}, engine, sizes } = /** @type {any} */ (checkpoint.summary ?? {});
  return {
    name: checkpoint.name,
    container: {
      id: container.id ?? '',
      name: container.name ?? '',
      image: container.image ?? '',
    },
    engine: engine?.display ?? '',
    created: container.created ?? null,
    checkpointed: container.checkpointed ?? newestImage(checkpoint),
    sizes: {
      checkpoint: sizes?.checkpoint ?? 0,
      pages: sizes?.pages ?? 0,
      rootfsDiff: sizes?.rootfsDiff ?? 0,
    },
  };
}

/**
 * The metadata files, value by value.
 * @param {Core} core @param {Checkpoint} a @param {Checkpoint} b @param {Mask} mask @param {(a: any, b: any) => boolean} alike
 */
function diffMetadata(core, a, b, mask, alike) {
  const found = [];
  for (const member of new Set([...a.files.keys(), ...b.files.keys()])) {
    const [one, two] = [a.files.get(member), b.files.get(member)];
    if (!one || !two) continue; // members that came or went are listed with the members
    const changes = diffTexts(
      ...[core, one, two, mask],
      ({ pointer, before, after }) => NOISY_POINTER.test(pointer) || alike(before, after),
    );
    if (changes && changes.length > 0) found.push({ member, changes });
  }
  return found;
}

/** A process without its environment. @param {any} process @param {Mask} mask */
function shownProcess(process, mask) {
  if (!process) return null;
  const rest = { ...process };
  delete rest.environ;
  return { ...rest, cmdline: mask.line(rest.cmdline) };
}

/** @param {any[]} before @param {any[]} after @param {Mask} mask @param {(a: any, b: any) => boolean} alike */
function diffProcesses(before, after, mask, alike) {
  const byPid = (/** @type {any} */ { pid }) => String(pid);
  const { changes, noise } = compareLists(before, after, byPid, 'Process', alike);
  /** Processes that went, by what they were. @type {Map<string, any[]>} */
  const gone = new Map();
  const role = (/** @type {any} */ { ppid, exe, comm }) => JSON.stringify([ppid, exe, comm]);
  for (const { change, before: a } of changes)
    if (change === 'removed') gone.set(role(a), [...(gone.get(role(a)) ?? []), a]);
  /** @type {ProcessChange[]} */
  const found = [];
  const shown = (/** @type {any} */ process) => shownProcess(process, mask);
  for (const { change, before: a, after: b, fields: own } of changes) {
    const old = a ?? gone.get(role(b))?.shift() ?? null;
    const fields = a || !old ? own : compareFields(old, b, 'Process', alike);
    const environment = compareEnvironments(old?.environ ?? null, b?.environ ?? null).map(
      (one) => ({
        ...one,
        before: mask.text(one.before),
        after: mask.text(one.after),
      }),
    );
    found.push({
      pid: (a ?? b).pid,
      change: change === 'replaced' ? 'changed' : change,
      ...{ before: shown(a), after: shown(b), insteadOf: a ? null : (old?.pid ?? null) },
      fields: fields
        .filter(({ field }) => field !== 'environ' && !(old !== a && OWN.test(field)))
        .map((one) =>
          one.field === 'cmdline'
            ? { ...one, before: shown(old)?.cmdline, after: shown(b)?.cmdline }
            : one,
        ),
      environment,
    });
  }
  return { changes: found.sort((x, y) => x.pid - y.pid), noise };
}

/**
 * Hides in a string of the memory of a process what looks like a secret, or is one in its command line or environment.
 * @param {Mask} mask @param {import('./dump.js').Dump[]} dumps @returns {(text: string, pid: number) => string}
 */
function hiding(mask, dumps) {
  /** @type {Map<number, string[]>} */
  const known = new Map();
  return (text, pid) => {
    let secrets = known.get(pid);
    if (!secrets) {
      const own = dumps.flatMap(({ processes }) => processes.filter((one) => one.pid === pid));
      known.set(pid, (secrets = [...new Set(own.flatMap((process) => mask.known(process)))]));
    }
    return secrets.reduce((left, secret) => left.replaceAll(secret, enums.mask), mask.text(text));
  };
}

/** Whether a member was compared value by value. @param {Core} core @param {Checkpoint} checkpoint @param {string} name */
function isJson(core, { files }, name) {
  const bytes = files.get(name);
  return bytes !== undefined && core.check('any', bytes) === null;
}

/** @param {any} finding */
const findingKey = ({ id, member, pointer, entry, field, message }) =>
  JSON.stringify([
    id,
    member,
    pointer,
    entry,
    field,
    pointer === '' ? message.replace(/\d+/g, '0') : '',
  ]);

/** What a report says of the engine that made the checkpoint. @param {any} report */
const ownTarget = ({ engine, targets }) =>
  targets.find((/** @type {any} */ { name }) => name === engine?.name);

/** @param {any} report */
const ownVerdict = (report) => ownTarget(report)?.verdict ?? 'unknown';

/** @param {any} target */
const reasonsOf = ({ reasons = [], conditions = [] }) =>
  [...reasons, ...conditions].map(({ id }) => /** @type {string} */ (id));

/** What one of two verdicts has and the other has not: ids of rules and conditions. @param {any} one @param {any} two */
function becauseOf(one, two) {
  if (!one || !two || one.verdict === two.verdict) return [];
  const [before, after] = [reasonsOf(one), reasonsOf(two)];
  return [
    ...after.filter((id) => !before.includes(id)),
    ...before.filter((id) => !after.includes(id)),
  ];
}

/** @param {any} a report @param {any} b report @returns {VerdictChange} */
function diffVerdicts(a, b) {
  const without = (/** @type {any[]} */ these, /** @type {any[]} */ those) => {
    const known = new Set(those.map(findingKey));
    return these.filter((finding) => !known.has(findingKey(finding)));
  };
  const targets = [];
  for (const one of a.targets) {
    const two = b.targets.find((/** @type {any} */ { name }) => name === one.name);
    if (!two || one.verdict === two.verdict) continue;
    const { verdict: before } = one;
    targets.push({ target: one.name, before, after: two.verdict, because: becauseOf(one, two) });
  }
  return {
    ...{
      before: ownVerdict(a),
      after: ownVerdict(b),
      because: becauseOf(ownTarget(a), ownTarget(b)),
    },
    targets,
    gone: without(a.findings, b.findings),
    come: without(b.findings, a.findings),
  };
}

/** @param {import('./dump.js').Dump} dump @param {Mask} mask @returns {DiffLists} */
const listsOf = (dump, mask) => ({
  processes: dump.processes.map((process) => shownProcess(process, mask)),
  files: dump.files(),
  sockets: dump.sockets(),
});

/** @param {unknown} value @param {string} which */
function checked(value, which) {
  if (value instanceof Checkpoint) return value;
  throw new TypeError(`${which}: expected an opened checkpoint, not ${kindOf(value)}`);
}

/**
 * What differs between two checkpoints. Both are read, never held; the order of everything is fixed.
 * @param {Core} core @param {Checkpoint} one @param {Checkpoint} two @param {DiffOptions} [options]
 * @returns {Promise<Diff>}
 */
export async function diffWith(core, one, two, options = {}) {
  const [a, b] = [checked(one, 'the first checkpoint'), checked(two, 'the second checkpoint')];
  const { memory = true, members = true, verdict = true, reveal = false, signal } = options;
  const mask = new Mask(core, reveal);
  const [sideA, sideB] = [sideOf(a), sideOf(b)];
  const alike = withoutIds([sideA.container.id, sideB.container.id]);
  const dumpA = await a.dump({ previous: options.previousA ?? [], signal });
  /** @type {import('./dump.js').Dump | undefined} */
  let dumpB;
  try {
    dumpB = await b.dump({ previous: options.previousB ?? [], signal });
    const metadata = diffMetadata(core, a, b, mask, alike);
    const processes = diffProcesses(dumpA.processes, dumpB.processes, mask, alike);
    const byFd = (/** @type {any} */ { pid, use, fd }) => `${pid} ${use ?? ''} ${fd}`;
    const files = compareLists(dumpA.files(), dumpB.files(), byFd, 'OpenFile', alike);
    const sockets = compareLists(dumpA.sockets(), dumpB.sockets(), byFd, 'Socket', alike);
    const mounts = compareLists(
      ...[dumpA.mounts(), dumpB.mounts(), (/** @type {any} */ { path }) => JSON.stringify(path)],
      ...['Mount', alike],
    );
    const told = [...a.files.keys()].filter(
      (name) => isJson(core, a, name) && isJson(core, b, name),
    );
    const comparison = new MemberComparison(core, a, b, { mask, told: new Set(told) });
    /** @type {import('./diff-memory.js').MemoryDiff | null} */
    let pages = null;
    /** @type {import('./diff-members.js').MemberChange[]} */
    let archive;
    try {
      if (members) comparison.begin(memory ? [dumpA.memory, dumpB.memory] : []);
      if (memory)
        pages = await diffMemory(core, dumpA, dumpB, {
          ...{ signal, onProgress: options.onProgress, beside: comparison.readings ?? undefined },
          text: hiding(mask, [dumpA, dumpB]),
        });
      if (!pages) await comparison.read(signal);
      archive = await comparison.changes(signal);
    } finally {
      comparison.free();
    }
    const reports = verdict
      ? [await validateWith(core, a, { reveal }), await validateWith(core, b, { reveal })]
      : null;
    const judged = reports ? diffVerdicts(reports[0], reports[1]) : null;
    const gaps = [
      ...dumpA.gaps.map(({ member, message }) => ({
        side: /** @type {const} */ ('a'),
        member,
        message,
      })),
      ...dumpB.gaps.map(({ member, message }) => ({
        side: /** @type {const} */ ('b'),
        member,
        message,
      })),
      ...comparison.gaps,
    ];
    const values = metadata.flatMap(({ changes }) => changes);
    const real = values.filter((value) => !value.noise);
    const counted = archive.filter((member) => !member.noise);
    const noise =
      [processes, files, sockets, mounts].reduce((sum, part) => sum + part.noise, 0) +
      (values.length - real.length) +
      (archive.length - counted.length);
    const sameContainer = sideA.container.id === sideB.container.id;
    const equal =
      sameContainer &&
      comparison.gaps.length === 0 &&
      [real, processes.changes, files.changes, sockets.changes, mounts.changes, counted].every(
        ({ length }) => length === 0,
      ) &&
      (pages?.processes.length ?? 0) === 0;
    return {
      ...{ equal, sameContainer, a: sideA, b: sideB, metadata },
      ...{ processes: processes.changes, files: files.changes, sockets: sockets.changes },
      ...{ mounts: mounts.changes, memory: pages, members: archive, verdict: judged, gaps, noise },
      ...(options.lists && { lists: { a: listsOf(dumpA, mask), b: listsOf(dumpB, mask) } }),
    };
  } finally {
    dumpA.close();
    dumpB?.close();
  }
}
