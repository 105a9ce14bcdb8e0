// SPDX-License-Identifier: Apache-2.0
// spec.dump: what runs, with what rights, on what.
import { T, V } from '../text.js';
import { bytes, code, guarded, none, tags, textCell, yesNo } from './cells.js';
import { Tree } from './tree.js';
import { escapeKey } from '../../wasm/api/json-tree.js';

/** @typedef {import('./views.js').Part} Section */
/** @typedef {import('../types.d.ts').Block} Block */
/** @typedef {import('../types.d.ts').Cell} Cell */
/** @typedef {import('./views.js').Context} Context */

/** Unlimited, as the kernel spells it. */
const INFINITY = 18446744073709551615n;

const octal = (/** @type {number} */ value) => `0${value.toString(8)}`;

/** Facts without those whose place in the file is empty. @param {[string, any, () => Cell][]} facts @returns {Block} */
const present = (facts) => ({
  t: 'facts',
  rows: facts
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([label, , cell]) => [label, cell()]),
});

/** A table of a map with texts. @param {Context} context @param {string} name @param {any} map @param {string} pointer @returns {Block} */
function mapTable(context, name, map, pointer) {
  const { ckpt, shelf } = context;
  const keys = Object.keys(map);
  return {
    t: 'table',
    head: [name, V.value],
    seq: shelf.seq(keys.length, (index) => {
      const value = map[keys[index]];
      const node = Tree.of(ckpt, shelf, value)?.root();
      const cell = node?.children
        ? { t: /** @type {const} */ ('tree'), node: { ...node, embedded: true } }
        : undefined;
      const place = `${pointer}/${escapeKey(keys[index])}`;
      return [
        textCell(shelf, keys[index], code),
        guarded(context, place, cell ?? textCell(shelf, value, code)),
      ];
    }),
  };
}

/** @param {Context} context @param {any} map @returns {Section[]} */
export function annotationsView(context, map) {
  if (!map || Object.keys(map).length === 0) return [];
  return [{ title: V.annotations, blocks: [mapTable(context, V.annotation, map, '/annotations')] }];
}

/** @param {Context} context @param {any} process @returns {Section[]} */
function processView(context, process) {
  const { shelf } = context;
  const { user = {}, env, rlimits } = process;
  const who = user.username || `${user.uid}:${user.gid}`;
  const text = (/** @type {string} */ value) => () => textCell(shelf, value, code);
  /** @type {Section[]} */
  const sections = [
    {
      title: V.process,
      blocks: [
        {
          t: 'facts',
          rows: [
            [V.command, tags(context, '/process/args', process.args)],
            [V.cwd, textCell(shelf, process.cwd, code)],
            [V.user, textCell(shelf, who, code)],
          ],
        },
        present([
          [
            V.command,
            process.commandLine,
            () => guarded(context, '/process/commandLine', text(process.commandLine)()),
          ],
          [V.umask, user.umask, () => code(octal(user.umask))],
          [V.groups, user.additionalGids, () => tags(context, '', user.additionalGids.map(String))],
          [V.terminal, process.terminal, () => yesNo(process.terminal)],
          [V.noNewPrivileges, process.noNewPrivileges, () => yesNo(process.noNewPrivileges)],
          [V.apparmor, process.apparmorProfile, text(process.apparmorProfile)],
          [V.selinux, process.selinuxLabel, text(process.selinuxLabel)],
          [V.oom, process.oomScoreAdj, () => code(process.oomScoreAdj)],
        ]),
      ],
    },
  ];
  if (env?.length)
    sections.push({
      title: V.environment,
      blocks: [
        {
          t: 'table',
          head: [V.variable, V.value],
          seq: shelf.seq(env.length, (index) => {
            const split = env[index].indexOf('=');
            const name = split < 0 ? env[index] : env[index].slice(0, split);
            const value = split < 0 ? none() : textCell(shelf, env[index].slice(split + 1), code);
            return [textCell(shelf, name, code), guarded(context, `/process/env/${index}`, value)];
          }),
        },
      ],
    });
  if (process.capabilities) sections.push(capabilitiesView(context, process.capabilities));
  if (rlimits?.length)
    sections.push({
      title: V.rlimits,
      blocks: [
        {
          t: 'table',
          head: [V.limit, V.soft, V.hard],
          seq: shelf.seq(rlimits.length, (index) => {
            const { type, soft, hard } = rlimits[index];
            const limit = (/** @type {bigint} */ value) =>
              value === INFINITY ? T.unlimited : code(value);
            return [textCell(shelf, type, code), limit(soft), limit(hard)];
          }),
        },
      ],
    });
  return sections;
}

/** Equal sets stand together. @param {Context} context @param {any} capabilities @returns {Section} */
function capabilitiesView(context, capabilities) {
  /** @type {Map<string, {names: string[], items: string[]}>} */
  const sets = new Map();
  for (const [name, items] of Object.entries(capabilities)) {
    const same = sets.get(items.join());
    if (same) same.names.push(name);
    else sets.set(items.join(), { names: [name], items });
  }
  return {
    title: V.capabilities,
    blocks: [
      {
        t: 'facts',
        rows: [...sets.values()].map(({ names, items }) => [
          names.join(', '),
          tags(context, '', items),
        ]),
      },
    ],
  };
}

/** @param {Context} context @param {any[] | undefined} mounts @returns {Section[]} */
function mountsView(context, mounts) {
  const { shelf } = context;
  if (!mounts?.length) return [];
  return [
    {
      title: V.mounts,
      blocks: [
        {
          t: 'table',
          head: [V.destination, V.type, V.source, V.options],
          seq: shelf.seq(mounts.length, (index) => {
            const { destination, type, source, options } = mounts[index];
            const text = (/** @type {string} */ value) => textCell(shelf, value, code);
            return [text(destination), text(type), text(source), tags(context, '', options)];
          }),
        },
      ],
    },
  ];
}

/** @param {bigint} quota @param {bigint | undefined} period @returns {Cell} */
function processorTime(quota, period = 100_000n) {
  if (quota < 0n || period <= 0n) return T.unlimited;
  const cpus = Number(quota) / Number(period);
  const text =
    cpus < 1 ? V.cpuOf(`${+(cpus * 100).toFixed(1)} %`) : V.cpuMany(String(+cpus.toFixed(2)));
  return { t: 'figure', exact: V.microseconds(quota, period), text };
}

/** @param {Context} context @param {any} linux @returns {Section[]} */
function resourcesView(context, linux) {
  const { ckpt, shelf } = context;
  const {
    memory = {},
    cpu = {},
    pids = {},
    blockIO = {},
    hugepageLimits,
    unified,
  } = linux.resources ?? {};
  const amount = (/** @type {bigint} */ value) => () => bytes(ckpt, value);
  const facts = present([
    [V.memoryLimit, memory.limit, amount(memory.limit)],
    [V.memoryReservation, memory.reservation, amount(memory.reservation)],
    [V.memorySwap, memory.swap, amount(memory.swap)],
    [V.cpu, cpu.quota, () => processorTime(cpu.quota, cpu.period)],
    [V.cpuShares, cpu.shares, () => code(cpu.shares)],
    [V.cpus, cpu.cpus, () => textCell(shelf, cpu.cpus, code)],
    [V.mems, cpu.mems, () => textCell(shelf, cpu.mems, code)],
    [V.pids, pids.limit, () => (pids.limit < 0n ? T.unlimited : code(pids.limit))],
    [V.blockWeight, blockIO.weight, () => code(blockIO.weight)],
    ...(hugepageLimits ?? []).map(
      (/** @type {any} */ { pageSize, limit }) =>
        /** @type {[string, bigint, () => Cell]} */ ([V.hugepages(pageSize), limit, amount(limit)]),
    ),
  ]);
  /** @type {Block[]} */
  const blocks = facts.t === 'facts' && facts.rows.length > 0 ? [facts] : [];
  if (unified) blocks.push(mapTable(context, V.setting, unified, '/linux/resources/unified'));
  return blocks.length > 0 ? [{ title: V.resources, blocks }] : [];
}

/** @param {Context} context @param {any} linux @returns {Section[]} */
function linuxView(context, linux) {
  const { shelf } = context;
  const { namespaces, seccomp, maskedPaths, readonlyPaths, sysctl } = linux;
  /** @type {Section[]} */
  const sections = [];
  if (namespaces?.length)
    sections.push({
      title: V.namespaces,
      blocks: [
        {
          t: 'table',
          head: [V.namespace, V.joins],
          seq: shelf.seq(namespaces.length, (index) => {
            const { type, path } = namespaces[index];
            return [
              textCell(shelf, type, code),
              path ? textCell(shelf, path, code) : none(V.newNamespace),
            ];
          }),
        },
      ],
    });
  sections.push(...resourcesView(context, linux));
  const security = present([
    [V.cgroupsPath, linux.cgroupsPath, () => textCell(shelf, linux.cgroupsPath, code)],
    [
      V.seccomp,
      seccomp,
      () => V.seccompRules(seccomp.defaultAction, seccomp.syscalls?.length ?? 0),
    ],
    [V.maskedPaths, maskedPaths, () => tags(context, '', maskedPaths)],
    [V.readonlyPaths, readonlyPaths, () => tags(context, '', readonlyPaths)],
  ]);
  if (security.t === 'facts' && security.rows.length > 0)
    sections.push({ title: V.security, blocks: [security] });
  if (sysctl)
    sections.push({
      title: V.sysctl,
      blocks: [mapTable(context, V.setting, sysctl, '/linux/sysctl')],
    });
  return sections;
}

/** @param {Context} context @param {any} spec @returns {Section[]} */
export function specView(context, spec) {
  const { shelf } = context;
  const { root } = spec;
  const text = (/** @type {string} */ value) => () => textCell(shelf, value, code);
  return [
    ...(spec.process ? processView(context, spec.process) : []),
    {
      title: V.root,
      blocks: [
        present([
          [V.rootPath, root?.path, text(root?.path)],
          [V.readonly, root, () => yesNo(root.readonly ?? false)],
          [V.hostname, spec.hostname, text(spec.hostname)],
          [V.domainname, spec.domainname, text(spec.domainname)],
          [V.ociVersion, spec.ociVersion || ' ', () => textCell(shelf, spec.ociVersion, code)],
        ]),
      ],
    },
    ...mountsView(context, spec.mounts),
    ...linuxView(context, spec.linux ?? {}),
    ...annotationsView(context, spec.annotations),
  ];
}
