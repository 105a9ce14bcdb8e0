// SPDX-License-Identifier: Apache-2.0
// The small formats, which are lists: deleted files, networks, pods, checkpoints of a container.
import { V } from '../text.js';
import { bytes, code, none, tags, textCell, time } from './cells.js';
import { annotationsView } from './view-spec.js';

/** @typedef {import('./views.js').Part} Section */
/** @typedef {import('../types.d.ts').Cell} Cell */
/** @typedef {import('./views.js').Context} Context */

/** @param {Context} context @param {string[] | null} paths @returns {Section[]} */
export function deletedView({ shelf }, paths) {
  const blocks = paths?.length
    ? [{ t: /** @type {const} */ ('list'), seq: shelf.seq(paths.length, (index) => paths[index]) }]
    : [{ t: /** @type {const} */ ('note'), text: V.noneDeleted }];
  return [{ title: V.deleted, blocks }];
}

/** One row for each address; an interface without one has a row too. @param {Context} context @param {any} networks @returns {Section[]} */
export function networkView({ shelf }, networks) {
  /** @type {Cell[][]} */
  const rows = [];
  const text = (/** @type {string | undefined} */ value) =>
    value ? textCell(shelf, value, code) : none();
  for (const [network, result] of Object.entries(networks ?? {})) {
    const interfaces = Object.entries(result.interfaces ?? {});
    if (interfaces.length === 0) rows.push([text(network), none(), none(), none(), none()]);
    for (const [name, { subnets, mac_address: mac }] of interfaces)
      for (const subnet of subnets?.length ? subnets : [{}])
        rows.push([text(network), text(name), text(subnet.ipnet), text(subnet.gateway), text(mac)]);
  }
  if (rows.length === 0)
    return [{ title: V.networks, blocks: [{ t: 'note', text: V.noNetworks }] }];
  const head = [V.network, V.interface, V.address, V.gateway, V.mac];
  const seq = shelf.seq(rows.length, (index) => rows[index]);
  return [{ title: V.networks, blocks: [{ t: 'table', head, seq }] }];
}

/** @param {Context} context @param {any} pod @returns {Section[]} */
export function podView(context, pod) {
  const { shelf } = context;
  const names = Object.keys(pod.containers ?? {});
  return [
    {
      title: V.pod,
      blocks: [
        { t: 'facts', rows: [[V.version, code(pod.version)]] },
        names.length === 0
          ? { t: 'note', text: V.noContainers }
          : {
              t: 'table',
              head: [V.container, V.folder],
              seq: shelf.seq(names.length, (index) => [
                textCell(shelf, names[index], code),
                textCell(shelf, pod.containers[names[index]], code),
              ]),
            },
      ],
    },
    ...annotationsView(context, pod.annotations),
  ];
}

/** @param {Context} context @param {any} metadata @returns {Section[]} */
export function kubernetesView({ ckpt, shelf }, metadata) {
  const checkpoints = metadata.checkpoints ?? [];
  return [
    {
      title: V.identity,
      blocks: [
        {
          t: 'facts',
          rows: [
            [V.podFullName, textCell(shelf, metadata.podFullName)],
            [V.containerName, textCell(shelf, metadata.containerName)],
            [V.totalSize, bytes(ckpt, metadata.totalSize)],
          ],
        },
      ],
    },
    {
      title: V.checkpoints,
      blocks: [
        {
          t: 'table',
          head: [V.archive, V.size, V.made],
          seq: shelf.seq(checkpoints.length, (index) => {
            const { archive, size, timestamp } = checkpoints[index];
            return [textCell(shelf, archive, code), bytes(ckpt, size), seconds(timestamp)];
          }),
        },
      ],
    },
  ];
}

/** Its unit is not defined: seconds since 1970. @param {bigint | undefined} timestamp @returns {Cell} */
function seconds(timestamp) {
  const date = new Date(Number(timestamp ?? 0n) * 1000);
  if (!timestamp || Number.isNaN(date.getTime())) return timestamp ? code(timestamp) : none();
  return { .../** @type {any} */ (time(date.toISOString())), ns: String(timestamp) };
}

/** @param {Context} context @param {any} spec @returns {Section[]} */
export function reducedSpecView(context, spec) {
  const sections = annotationsView(context, spec.annotations);
  if (sections.length > 0) return sections;
  return [
    {
      title: V.annotations,
      blocks: [{ t: 'facts', rows: [[V.annotations, tags(context, '', [])]] }],
    },
  ];
}
