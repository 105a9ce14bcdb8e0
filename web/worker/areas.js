// SPDX-License-Identifier: Apache-2.0
// The largest members, for showing them as areas.
import { Z } from '../text/dump.js';

/** Areas that one can tell apart. */
const MOST = 60;
/** What a member is a part of, as the sizes have it. @type {[string, RegExp][]} */
const KINDS = [
  ['pages', /(^|\/)(amdgpu-)?pages-[^/]*\.img$/],
  ['rootfs', /(^|\/)rootfs-diff\.tar$/],
  ['volumes', /(^|\/)volumes\//],
  ['devshm', /(^|\/)(devshm-checkpoint\.tar|tmpfs[^/]*\.img)$/],
  ['images', /\.img$/],
  ['logs', /\.log$/],
];

/** @param {{byteToString(bytes: number): string}} ckpt @param {Iterable<{name: string, type: string, size: number}>} members @returns {import('../types.d.ts').Area[]} */
export function areasOf(ckpt, members) {
  /** @type {{index: number, name: string, bytes: number}[]} */
  let all = [];
  let index = -1;
  let rest = { count: 0, bytes: 0 };
  const cut = () => {
    all.sort((a, b) => b.bytes - a.bytes);
    for (const { bytes } of all.slice(MOST))
      rest = { count: rest.count + 1, bytes: rest.bytes + bytes };
    all = all.slice(0, MOST);
  };
  for (const { name, type, size } of members) {
    index++;
    if (type !== 'file' || size === 0) continue;
    all.push({ index, name, bytes: size });
    if (all.length >= 8 * MOST) cut();
  }
  cut();
  const areas = all.map((area) => ({
    ...area,
    text: ckpt.byteToString(area.bytes),
    kind: KINDS.find(([, pattern]) => pattern.test(area.name))?.[0] ?? 'other',
  }));
  if (rest.count > 0)
    areas.push({
      index: -1,
      name: Z.rest(rest.count),
      bytes: rest.bytes,
      text: ckpt.byteToString(rest.bytes),
      kind: 'other',
    });
  return areas;
}
