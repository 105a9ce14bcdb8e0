// SPDX-License-Identifier: Apache-2.0
// What "ckpt inspect" shows of a container: as a tree, and as JSON in the reference tool's shape.
import { annotationNodes } from './annotations.js';
import { sortedByKey } from './go-json.js';
import { processJson, processNodes } from './inspect-processes.js';
import { memberName, timeOf } from './members.js';
import { node } from './tree.js';

/**
 * @typedef {import('./tree.js').Node} Node
 * @typedef {import('../api/archive.js').Member} Member
 * @typedef {{stats: boolean, metadata: boolean, mounts: boolean, files: boolean}} Parts to be shown
 * @typedef {{summary: any, members: Member[], inside?: import('./inspect-processes.js').Inside}} Item a container
 */

/**
 * A time of CRIU's statistics: five digits that count, in µs, ms or s.
 * @param {number} microseconds
 */
export function duration(microseconds) {
  if (microseconds < 1000) return `${microseconds} µs`;
  const [value, unit] =
    microseconds < 1e6 ? [microseconds / 1000, 'ms'] : [microseconds / 1e6, 's'];
  return `${Number(fiveDigits(value))} ${unit}`;
}

/** Rounds as C's and Go's %.5g: a number right in the middle goes to the even digit. @param {number} value */
function fiveDigits(value) {
  const up = value.toPrecision(5);
  const [, rest] = /^(?:\d\.?){5}(\d*)$/.exec(value.toPrecision(60)) ?? [];
  if (!/^50*$/.test(rest ?? '') || '02468'.includes(up.at(-1) ?? '')) return up;
  return value.toPrecision(60).slice(0, up.length);
}

/** A line for a value that is known. @param {string} label @param {string | undefined} value @returns {Node[]} */
const known = (label, value) => (value ? [node(`${label}: ${value}`)] : []);

/** @param {any} summary */
function networkNodes({ networks, container }) {
  if (!networks?.length) return [...known('IP', container.ip), ...known('MAC', container.mac)];
  /** @type {Node[]} */
  const interfaces = networks.flatMap((/** @type {any} */ network) =>
    network.interfaces.map((/** @type {any} */ { name, subnets, mac }) =>
      node(`${network.name} (${name})`, [
        ...subnets.flatMap((/** @type {any} */ { ip }) => known('IP', ip)),
        ...known('MAC', mac),
        ...subnets.flatMap((/** @type {any} */ { gateway }) => known('Gateway', gateway)),
      ]),
    ),
  );
  return [node('Network Interfaces', interfaces)];
}

/**
 * @param {Item} item
 * @param {Parts} parts
 * @param {import('./inspect-processes.js').ProcessParts} inner
 * @param {(bytes: number) => string} bytes a size for people
 * @param {boolean} [all] lines also for what is not known, as the reference tool has them
 * @returns {Node}
 */
export function inspectTree({ summary, members, inside }, parts, inner, bytes, all = false) {
  const { container, engine, sizes, statistics, metadata, mounts } = summary;
  const size = (/** @type {string} */ label, /** @type {number} */ count) =>
    count > 0 ? [node(`${label}: ${bytes(count)}`)] : [];
  const line = (/** @type {string} */ label, /** @type {string | undefined} */ value) =>
    all ? [node(`${label}: ${value ?? ''}`)] : known(label, value);
  const root = node(container.name || 'Container', [
    ...line('Image', container.image),
    ...line('ID', container.id),
    ...line('Runtime', container.runtime),
    ...line('Created', container.created),
    ...known('Checkpointed', container.checkpointed),
    node(`Engine: ${engine.display}`),
    ...networkNodes(summary),
    node(`Checkpoint size: ${bytes(sizes.checkpoint)}`, [
      ...size('Memory pages size', sizes.pages),
      ...size('AMD GPU memory pages size', sizes.gpuPages),
    ]),
    ...size('Root FS diff size', sizes.rootfsDiff),
  ]);
  if (parts.stats && statistics)
    root.children.push(
      node('CRIU dump statistics', [
        node(`Freezing time: ${duration(statistics.freezing_time ?? 0)}`),
        node(`Frozen time: ${duration(statistics.frozen_time ?? 0)}`),
        node(`Memdump time: ${duration(statistics.memdump_time ?? 0)}`),
        node(`Memwrite time: ${duration(statistics.memwrite_time ?? 0)}`),
        node(`Pages scanned: ${statistics.pages_scanned ?? 0}`),
        node(`Pages written: ${statistics.pages_written ?? 0}`),
      ]),
    );
  if (parts.metadata) {
    const annotations = annotationNodes(sortedByKey(metadata?.annotations ?? {}));
    root.children.push(
      node('Metadata', [
        ...known('Pod name', metadata?.podName),
        ...known('Kubernetes namespace', metadata?.namespace),
        ...(annotations.length > 0 ? [node('Annotations', annotations)] : []),
      ]),
    );
  }
  if (inside) root.children.push(processNodes(inside, inner));
  if (parts.mounts && mounts?.length > 0)
    root.children.push(
      node(
        'Overview of mounts',
        mounts.map((/** @type {any} */ { destination, type, source }) =>
          node(`Destination: ${destination}`, [node(`Type: ${type}`), node(`Source: ${source}`)]),
        ),
      ),
    );
  if (parts.files)
    root.children.push(
      node(
        'Files in the archive',
        members.map((member) =>
          node(
            member.type === 'file'
              ? `${memberName(member)}: ${bytes(member.size)}`
              : memberName(member),
          ),
        ),
      ),
    );
  return root;
}

/** What is empty or 0 is left out. @param {any} value */
const present = (value) => value || undefined;

/** @param {any[]} subnets @param {'ip' | 'gateway'} key */
const joined = (subnets, key) =>
  present(
    subnets
      .map((subnet) => subnet[key])
      .filter(Boolean)
      .join(', '),
  );

/** @param {any} network */
function networkJson({ name, interfaces }) {
  const byName = new Map();
  for (const { name: key, subnets, mac } of interfaces)
    byName.set(key, {
      ip: joined(subnets, 'ip'),
      mac: present(mac),
      gateway: joined(subnets, 'gateway'),
    });
  return { name, interfaces: byName };
}

/** @param {any} statistics */
const statisticsJson = (statistics) => ({
  freezing_time: present(statistics.freezing_time),
  frozen_time: present(statistics.frozen_time),
  memdump_time: present(statistics.memdump_time),
  memwrite_time: present(statistics.memwrite_time),
  pages_scanned: present(statistics.pages_scanned),
  pages_written: present(statistics.pages_written),
});

/** @param {any} metadata */
function metadataJson(metadata) {
  const annotations = sortedByKey(metadata?.annotations ?? {});
  return {
    pod_name: present(metadata?.podName),
    kubernetes_namespace: present(metadata?.namespace),
    annotations: annotations.size > 0 ? annotations : undefined,
  };
}

/** @param {any[] | undefined} mounts */
const mountsJson = (mounts) =>
  mounts?.length
    ? mounts.map(({ destination, type, source }) => ({ destination, type, source }))
    : undefined;

/** @param {Member} member */
const memberJson = (member) => ({
  name: member.name,
  type: member.type,
  size: member.size,
  mode: member.mode & 0o7777,
  mtime: timeOf(member),
  link: present(member.link),
});

/**
 * @param {Item} item
 * @param {Parts} parts
 * @param {import('./inspect-processes.js').ProcessParts} inner
 * @returns {object} for goJson
 */
export function inspectJson({ summary, members, inside }, parts, inner) {
  const { container, engine, sizes, networks, statistics, metadata, mounts } = summary;
  return {
    container_name: container.name ?? '',
    image: container.image ?? '',
    id: container.id ?? '',
    runtime: container.runtime ?? '',
    created: container.created ?? '',
    checkpointed: present(container.checkpointed),
    engine: engine.display,
    ip: present(container.ip),
    mac: present(container.mac),
    networks: networks?.length ? networks.map(networkJson) : undefined,
    checkpoint_size: {
      total_size: present(sizes.checkpoint),
      memory_pages_size: present(sizes.pages),
      amd_gpu_memory_pages_size: present(sizes.gpuPages),
      root_fs_diff_size: present(sizes.rootfsDiff),
    },
    statistics: parts.stats && statistics ? statisticsJson(statistics) : undefined,
    metadata: parts.metadata ? metadataJson(metadata) : undefined,
    ...(inside ? processJson(inside, inner) : {}),
    mounts: parts.mounts ? mountsJson(mounts) : undefined,
    files_in_archive: parts.files ? members.map(memberJson) : undefined,
  };
}
