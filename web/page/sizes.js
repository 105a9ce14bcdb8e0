// SPDX-License-Identifier: Apache-2.0
// The sizes as a picture: a map whose areas are as large as what they stand for.
import { A, T } from '../text.js';
import { h } from './h.js';
import { hashOf } from './store.js';

/** @typedef {import('../types.d.ts').SizePart} SizePart */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */

/** How much wider than high the map is. */
const ASPECT = 3.2;
/** Smaller parts have no words in them. */
const WIDE = 0.6;
const HIGH = 0.25;
/** Smaller shares are drawn as large as this, so that one sees them. */
const LEAST = 0.008;

const percent = (/** @type {number} */ n) => `${(n * 100).toFixed(3)}%`;

/** @param {{model: import('../types.d.ts').Model}} props */
export function Sizes({ model: { sizes } }) {
  const { total, checkpoint, parts } = sizes;
  const sum = parts.reduce((all, { bytes }) => all + bytes, 0);
  const words = parts.map(({ label, text }) => A.part(label, text)).join(', ');
  const sorted = [...parts].sort((a, b) => b.bytes - a.bytes);
  const shares = sorted.map(({ bytes }) => Math.max(LEAST, bytes / sum));
  const boxes = squarify(shares, { x: 0, y: 0, width: ASPECT, height: 1 });
  return h(
    'div',
    null,
    h(
      'div',
      { class: 'map', role: 'img', 'aria-label': A.sizesLabel(words) },
      sorted.map(({ name, label, text }, index) => {
        const { x, y, width, height } = boxes[index];
        const style = {
          left: percent(x / ASPECT),
          top: percent(y),
          width: percent(width / ASPECT),
          height: percent(height),
        };
        return h(
          'div',
          { class: `part part-${name}`, style, key: name, title: A.part(label, text) },
          width >= WIDE &&
            height >= HIGH && [
              h('span', { class: 'label' }, label),
              h('span', { class: 'amount' }, text),
            ],
        );
      }),
    ),
    h(
      'ul',
      { class: 'legend' },
      sorted.map(({ name, label, bytes, text }) =>
        h(
          'li',
          { key: name },
          h('span', { class: `swatch part-${name}`, 'aria-hidden': 'true' }),
          h('span', { class: 'part-name' }, label),
          ' ',
          h('span', { class: 'amount' }, text),
          ' ',
          h('span', { class: 'share' }, A.share(bytes / sum)),
        ),
      ),
      h(
        'li',
        { class: 'total' },
        h('span', null),
        h('span', null, T.total),
        ' ',
        h('span', { class: 'amount' }, total),
        ' ',
        h('span', null),
      ),
    ),
    checkpoint !== '' && h('p', { class: 'quiet checkpoint-size' }, A.checkpointSize(checkpoint)),
  );
}

/** The largest members, each a link. @param {{item: import('./store.js').Item, model: import('../types.d.ts').Model}} props */
export function Largest({ item, model: { largest } }) {
  return h(
    'ol',
    { class: 'largest' },
    largest.map(({ index, name, size, share }) =>
      h(
        'li',
        { key: index },
        h('a', { href: hashOf({ item: item.id, view: 'files', index }) }, h('code', null, name)),
        h('span', { class: 'amount' }, size),
        h(
          'span',
          { class: 'track', 'aria-hidden': 'true' },
          h('span', { style: { width: percent(share) } }),
        ),
      ),
    ),
  );
}

/**
 * Lays shares out in a box, each as square as it goes (Bruls, Huizing and van Wijk).
 * @param {number[]} shares from large to small
 * @param {Box} box
 * @returns {Box[]}
 */
export function squarify(shares, box) {
  const sum = shares.reduce((all, share) => all + share, 0);
  const areas = shares.map((share) => (share / sum) * box.width * box.height);
  /** @type {Box[]} */
  const boxes = [];
  let { x, y, width, height } = box;
  for (let start = 0; start < areas.length;) {
    const side = Math.min(width, height);
    let end = start + 1;
    let area = areas[start];
    let worst = ratio(areas, start, end, area, side);
    while (end < areas.length) {
      const next = ratio(areas, start, end + 1, area + areas[end], side);
      if (next > worst) break;
      area += areas[end++];
      worst = next;
    }
    const depth = side > 0 ? area / side : 0;
    let along = 0;
    for (let i = start; i < end; i++) {
      const length = area > 0 ? (areas[i] / area) * side : 0;
      boxes.push(
        width >= height
          ? { x, y: y + along, width: depth, height: length }
          : { x: x + along, y, width: length, height: depth },
      );
      along += length;
    }
    if (width >= height) {
      x += depth;
      width -= depth;
    } else {
      y += depth;
      height -= depth;
    }
    start = end;
  }
  return boxes;
}

/** How far the worst of a row is from a square. @param {number[]} areas @param {number} start @param {number} end @param {number} sum @param {number} side */
function ratio(areas, start, end, sum, side) {
  const large = areas[start];
  const small = areas[end - 1];
  return Math.max((side * side * large) / (sum * sum), (sum * sum) / (side * side * small));
}
