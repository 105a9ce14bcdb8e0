// SPDX-License-Identifier: Apache-2.0
// What differs between two checkpoints: in their processes, memory, files, metadata, and in whether they restore.
import { Checkpoint } from './checkpoint.js';
import { diffMembers } from './diff-members.js';
import { diffMemory } from './diff-memory.js';
import { compareEnvironments, compareLists, withoutIds } from './diff-values.js';
import { maskSecrets } from './dump.js';
import { JsonDiff } from './json-diff.js';
import { JsonTree, MOST_ROWS } from './json-tree.js';
import { validateWith } from './validate.js';
import { kindOf, must } from '../border/arguments.js';

/**
 * @typedef {import('../border/core.js').Core} Core
 * @typedef {import('./diff-values.js').FieldChange} FieldChange
 * @typedef {import('./diff-values.js').Rules} Rules
 * @typedef {import('../../dist/types/dump.d.ts').Process} Process
 *
 * @typedef {object} DiffOptions
 * @property {Checkpoint[]} [previousA] dumps before the first one, the latest first @property {Checkpoint[]} [previousB]
 * @property {boolean} [memory] compare the memory; true by default
 * @property {boolean} [members] compare what is in the members of the archives; true by default
 * @property {boolean} [verdict] validate both; true by default
 * @property {boolean} [reveal] secrets are not masked
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
 * A value of a metadata file.
 * @typedef {object} ValueChange
 * @property {string} pointer RFC 6901 @property {'added' | 'removed' | 'changed' | 'moved'} change
 * @property {string | null} before as it is written in the file @property {string | null} after
 * @property {boolean} noise an id or a time
 *
 * @typedef {object} ProcessChange
 * @property {number} pid @property {'added' | 'removed' | 'changed'} change
 * @property {Process | null} before @property {Process | null} after without their environments
 * @property {FieldChange[]} fields that differ: threads/12, capabilities/effective, limits/nofile/soft …
 * @property {ReturnType<typeof compareEnvironments>} environment variables that differ
 *
 * @typedef {object} Diff
 * @property {boolean} equal nothing differs but noise, and nothing is unknown
 * @property {boolean} sameContainer
 * @property {DiffSide} a @property {DiffSide} b
 * @property {{member: string, changes: ValueChange[]}[]} metadata
 * @property {ProcessChange[]} processes
 * @property {import('./diff-values.js').ThingChange<any>[]} files
 * @property {import('./diff-values.js').ThingChange<any>[]} sockets
 * @property {import('./diff-values.js').ThingChange<any>[]} mounts
 * @property {import('./diff-memory.js').MemoryDiff | null} memory null: not asked for, or not comparable
 * @property {import('./diff-members.js').MemberChange[]} members
 * @property {VerdictChange | null} verdict
 * @property {{side: 'a' | 'b', member: string, message: string}[]} gaps what is not known, and why
 * @property {number} noise differences in ids and times, which do not count
 *
 * @typedef {object} VerdictChange
 * @property {string} before @property {string} after of the engine that made each
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
  signal: must.signal,
  onProgress: must.any,
};

/** @type {Record<string, Rules>} */
const RULES = {
  processes: {
    noise: /^(filesId|namespaces\/[^/]+\/id|timers)$/,
  },
  files: {
    noise:
      /^(id|mountId|sharedWith|inode|pipe\/(id|partners)|targets|namespace\/id|content|remap)$/,
    identity: /^(type|path)$/,
  },
  sockets: {
    noise: /^(id|inode|namespace|peer|ifindex|portid)(\/|$)/,
    identity: /^(family|type|protocol|local|remote|name)(\/|$)/,
  },
  mounts: { noise: /^(namespace|id|parent|device|sharedId|masterId|content)$/ },
};

/** What metadata says of the moment of the checkpoint, and of the machine's own bookkeeping. */
const NOISY_POINTER =
  /\/(checkpointedTime|checkpointedAt|restoredTime|restoredAt|startedTime|startedAt|finishedTime|createdTime|createdAt|Created|pid|conmonPid|Pid|lockID)$/;

const decoder = new TextDecoder();

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

/** Hides what looks like a secret in strings. */
class Mask {
  #core;
  /** @param {Core} core @param {boolean} reveal */
  constructor(core, reveal) {
    this.#core = reveal ? null : core;
  }

  /** @template {any} T @param {T} text @returns {T} */
  text(text) {
    const core = this.#core;
    if (core === null || text === null || text === undefined) return text;
    return maskSecrets(core, /** @type {any} */ (text));
  }

  /** Strings of a value of JSON that is written as a text; `key` tells what it is. @param {string} raw @param {string} key */
  json(raw, key) {
    if (this.#core === null) return raw;
    let name = '';
    return raw.replace(/"(?:[^"\\]|\\.)*"(\s*:)?/g, (token, colon) => {
      const string = JSON.parse(colon ? token.slice(0, -colon.length) : token);
      if (colon) {
        name = string;
        return token;
      }
      const of = name || key;
      name = '';
      const alone = this.text(string);
      if (alone !== string) return JSON.stringify(alone);
      // "password": "x" is as good as password=x.
      const named = `${of}=${string}`;
      const masked = this.text(named);
      return masked === named ? token : JSON.stringify(masked.slice(of.length + 1));
    });
  }
}

/** @param {Core} core @param {Uint8Array | undefined} bytes */
function treeOf(core, bytes) {
  if (!bytes || core.check('any', bytes) !== null) return null;
  const tree = new JsonTree(bytes);
  return tree.total > MOST_ROWS ? null : tree;
}

/**
 * The metadata files, value by value.
 * @param {Core} core @param {Checkpoint} a @param {Checkpoint} b @param {Mask} mask @param {(a: any, b: any) => boolean} alike
 */
function diffMetadata(core, a, b, mask, alike) {
  const found = [];
  for (const member of new Set([...a.files.keys(), ...b.files.keys()])) {
    const [one, two] = [treeOf(core, a.files.get(member)), treeOf(core, b.files.get(member))];
    if (!one || !two) continue; // members that came, went, or are no JSON are told with the members
    const raw = (/** @type {JsonTree} */ tree, /** @type {number} */ row) =>
      row < 0 ? null : decoder.decode(tree.bytes.subarray(...tree.value(row)));
    /** @type {ValueChange[]} */
    const changes = new JsonDiff(one, two).list.map(({ pointer, change, a: rowA, b: rowB }) => {
      const [before, after] = [raw(one, rowA), raw(two, rowB)];
      const key = pointer.slice(pointer.lastIndexOf('/') + 1);
      return {
        ...{ pointer, change },
        before: before === null ? null : mask.json(before, key),
        after: after === null ? null : mask.json(after, key),
        noise: NOISY_POINTER.test(pointer) || alike(before, after),
      };
    });
    if (changes.length > 0) found.push({ member, changes });
  }
  return found;
}

/** @param {any[]} before @param {any[]} after @param {Mask} mask @param {(a: any, b: any) => boolean} alike */
function diffProcesses(before, after, mask, alike) {
  const { changes, noise } = compareLists(
    ...[before, after, (/** @type {any} */ { pid }) => String(pid)],
    ...[RULES.processes, alike],
  );
  /** @type {ProcessChange[]} */
  const found = [];
  const shown = (/** @type {any} */ process) => {
    if (!process) return null;
    const { environ: _environ, ...rest } = process;
    return {
      ...rest,
      cmdline: rest.cmdline?.map((/** @type {any} */ part) => mask.text(part)) ?? null,
    };
  };
  for (const { change, before: a, after: b, fields } of changes) {
    const environment = compareEnvironments(a?.environ ?? null, b?.environ ?? null).map((one) => ({
      ...one,
      before: mask.text(one.before),
      after: mask.text(one.after),
    }));
    found.push({
      pid: (a ?? b).pid,
      change: change === 'replaced' ? 'changed' : change,
      ...{ before: shown(a), after: shown(b) },
      fields: fields
        .filter(({ field }) => field !== 'environ')
        .map((one) =>
          one.field === 'cmdline'
            ? { ...one, before: shown(a)?.cmdline, after: shown(b)?.cmdline }
            : one,
        ),
      environment,
    });
  }
  return { changes: found.sort((x, y) => x.pid - y.pid), noise };
}

/** @param {any} finding */
const findingKey = ({ id, member, pointer, entry, field, message }) =>
  JSON.stringify([id, member, pointer, entry, field, pointer === '' ? message : '']);

/** @param {any} report */
const ownVerdict = ({ engine, targets }) =>
  targets.find((/** @type {any} */ { name }) => name === engine?.name)?.verdict ?? 'unknown';

/** @param {any} target */
const reasonsOf = ({ reasons = [], conditions = [] }) =>
  [...reasons, ...conditions].map(({ id }) => /** @type {string} */ (id));

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
    const [before, after] = [reasonsOf(one), reasonsOf(two)];
    const because = [
      ...after.filter((id) => !before.includes(id)),
      ...before.filter((id) => !after.includes(id)),
    ];
    targets.push({ target: one.name, before: one.verdict, after: two.verdict, because });
  }
  return {
    before: ownVerdict(a),
    after: ownVerdict(b),
    targets,
    gone: without(a.findings, b.findings),
    come: without(b.findings, a.findings),
  };
}

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
    const files = compareLists(dumpA.files(), dumpB.files(), byFd, RULES.files, alike);
    const sockets = compareLists(dumpA.sockets(), dumpB.sockets(), byFd, RULES.sockets, alike);
    const mounts = compareLists(
      ...[dumpA.mounts(), dumpB.mounts(), (/** @type {any} */ { path }) => JSON.stringify(path)],
      ...[RULES.mounts, alike],
    );
    const sides = [
      { memory: dumpA.memory, processes: dumpA.processes },
      { memory: dumpB.memory, processes: dumpB.processes },
    ];
    const pages = memory
      ? await diffMemory(core, sides[0], sides[1], { signal, onProgress: options.onProgress })
      : null;
    const archive = await diffMembers(core, a, b, { content: members, signal });
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
      [real, processes.changes, files.changes, sockets.changes, mounts.changes, counted].every(
        ({ length }) => length === 0,
      ) &&
      (pages?.processes.length ?? 0) === 0;
    return {
      ...{ equal, sameContainer, a: sideA, b: sideB, metadata },
      ...{ processes: processes.changes, files: files.changes, sockets: sockets.changes },
      ...{ mounts: mounts.changes, memory: pages, members: archive, verdict: judged, gaps, noise },
    };
  } finally {
    dumpA.close();
    dumpB?.close();
  }
}
