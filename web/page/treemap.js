// SPDX-License-Identifier: Apache-2.0
// Sizes as areas: squarified, so that what is large is near to a square.

/** @typedef {{x: number, y: number, width: number, height: number}} Box in parts of the whole, from 0 to 1 */

/**
 * @param {number[]} sizes from the largest on
 * @param {number} aspect width of the whole, its height being 1
 * @returns {Box[]} one for each
 */
export function treemap(sizes, aspect) {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  /** @type {Box[]} */
  const boxes = [];
  if (total === 0) return boxes;
  const areas = sizes.map((size) => (size / total) * aspect);
  let [x, y, width, height] = [0, 0, aspect, 1];
  for (let from = 0; from < areas.length;) {
    const side = Math.min(width, height);
    let to = from + 1;
    let sum = areas[from];
    let worst = ratio(areas, from, to, sum, side);
    while (to < areas.length) {
      const next = ratio(areas, from, to + 1, sum + areas[to], side);
      if (next > worst) break;
      worst = next;
      sum += areas[to++];
    }
    const depth = side > 0 ? sum / side : 0;
    const across = width >= height; // a column at the left, else a row at the top
    let along = across ? y : x;
    for (let at = from; at < to; at++) {
      const length = sum > 0 ? (areas[at] / sum) * side : 0;
      boxes.push(
        across
          ? { x: x / aspect, y: along, width: depth / aspect, height: length }
          : { x: along / aspect, y, width: length / aspect, height: depth },
      );
      along += length;
    }
    if (across) [x, width] = [x + depth, width - depth];
    else [y, height] = [y + depth, height - depth];
    from = to;
  }
  return boxes;
}

/** How far the worst of a row would be from a square. @param {number[]} areas @param {number} from @param {number} to @param {number} sum @param {number} side */
function ratio(areas, from, to, sum, side) {
  const squared = side * side;
  return Math.max((squared * areas[from]) / (sum * sum), (sum * sum) / (squared * areas[to - 1]));
}
