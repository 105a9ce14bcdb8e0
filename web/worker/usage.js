// SPDX-License-Identifier: Apache-2.0
// Why a checkpoint is as large as it is, and what would make it smaller: as `ckpt size` tells it.
import { archiveParts } from '../../wasm/api/usage.js';
import { A } from '../text.js';
import { Z } from '../text/dump.js';
import { code, textCell } from './cells.js';
import { mappingName } from './grids.js';

/** @typedef {import('../types.d.ts').Cell} Cell */
/** @typedef {import('../types.d.ts').Section} Section */

/** Cells of a table that are drawn at once: more would take longer than a frame may. */
const CELLS = 300;

/**
 * @param {{ckpt: any, shelf: import('./shelf.js').Shelf}} context
 * @param {any} checkpoint
 * @param {any} usage of the API; undefined: it was not looked into the pages
 * @returns {Section[]}
 */
export function sizeSections({ ckpt, shelf }, checkpoint, usage) {
  const { members, tarSize } = checkpoint;
  const parts = archiveParts(members, tarSize).filter(({ bytes }) => bytes > 0);
  const all = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  const amount = (/** @type {number} */ bytes) =>
    bytes < 1024
      ? ckpt.byteToString(bytes)
      : /** @type {Cell} */ ({
          t: 'figure',
          exact: String(bytes),
          text: ckpt.byteToString(bytes),
        });
  /** @type {Section[]} */
  const sections = [];
  const add = (/** @type {string} */ title, /** @type {Section['blocks']} */ ...blocks) =>
    sections.push({ title, source: '', index: -1, blocks });
  const table = (
    /** @type {string[]} */ head,
    /** @type {Cell[][]} */ rows,
    /** @type {number[]} */ right,
    wide = [0],
  ) => ({
    t: /** @type {const} */ ('table'),
    head,
    wide,
    right,
    seq: shelf.seq(rows.length, (index) => rows[index], Math.floor(CELLS / head.length)),
  });
  add(
    Z.parts,
    {
      t: 'bar',
      parts: parts.map(({ name, bytes }) => ({
        name,
        share: bytes / all,
        label: Z.names[name] ?? name,
      })),
    },
    table(
      Z.partHead,
      parts.map(({ name, bytes, members: count }) => [
        Z.names[name] ?? name,
        amount(bytes),
        A.share(bytes / all),
        count > 0 ? String(count) : '',
      ]),
      [1, 2, 3],
    ),
  );
  if (!usage) return sections;
  const { total, exact, maps } = usage;
  const saved = {
    zero: total.zero,
    duplicate: total.duplicate,
    page: total.stored - total.byPage,
    region: total.stored - total.byRegion,
  };
  add(
    Z.remedies,
    table(
      Z.remedyHead,
      Object.entries(saved).map(([name, bytes]) => {
        const [title, how] = Z.remedy[/** @type {keyof typeof saved} */ (name)];
        return [title, amount(bytes), total.stored > 0 ? A.share(bytes / total.stored) : '', how];
      }),
      [1, 2],
      [3],
    ),
    { t: 'note', text: exact ? Z.overlap : `${Z.overlap} ${Z.notExact}` },
  );
  const stored = maps.filter((/** @type {any} */ map) => map.stored > 0);
  add(
    Z.byProcess,
    table(
      Z.mapHead,
      stored.map((/** @type {any} */ map) => [
        code(map.pid),
        code(`${map.start.toString(16)}-${map.end.toString(16)}`),
        textCell(shelf, mappingName(map), code),
        ...[map.stored, map.zero, map.duplicate, map.byRegion].map((bytes) =>
          ckpt.byteToString(bytes),
        ),
      ]),
      [3, 4, 5, 6],
      [2],
    ),
  );
  return sections;
}
