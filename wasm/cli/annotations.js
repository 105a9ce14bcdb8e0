// SPDX-License-Identifier: Apache-2.0
// Annotations as a tree. Some hold JSON, which is easier to read unfolded.
import { sortedByKey } from './go-json.js';
import { node } from './tree.js';

/** @typedef {import('./tree.js').Node} Node */

/** Annotations that hold a JSON object. */
const OBJECTS = new Set([
  'io.kubernetes.cri-o.Labels',
  'io.kubernetes.cri-o.Annotations',
  'io.kubernetes.cri-o.Metadata',
  'kubectl.kubernetes.io/last-applied-configuration',
]);
const VOLUMES = 'io.kubernetes.cri-o.Volumes';
/** JSON that is nested deeper is not unfolded: every level costs room in every line below it. */
const DEEPEST = 50;

/** @param {any} value */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param {any} value @param {number} room levels there may be @returns {boolean} */
const isShallow = (value, room) =>
  typeof value !== 'object' ||
  value === null ||
  (room > 0 && Object.values(value).every((inner) => isShallow(inner, room - 1)));

/** @param {string} text @returns {any} undefined if it is not JSON or nested too deep */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return isShallow(value, DEEPEST) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} label @param {any} value @returns {Node} */
function valueNode(label, value) {
  if (Array.isArray(value))
    return node(
      `${label}: `,
      value.map((item, i) => valueNode(`[${i}]`, item)),
    );
  if (isObject(value)) return node(`${label}:`, objectNodes(value));
  return node(`${label}: ${value}`);
}

/** @param {Record<string, any>} object */
const objectNodes = (object) =>
  [...sortedByKey(object)].map(([key, value]) => valueNode(key, value));

/** @param {any} volume as the CRI describes it */
const volumeNode = (volume) =>
  node(String(volume.container_path ?? ''), [
    node(`host path: ${volume.host_path ?? ''}`),
    node(`read-only: ${volume.readonly ?? false}`),
    node(`selinux relabel: ${volume.selinux_relabel ?? false}`),
    node(`recursive read-only: ${volume.recursive_read_only ?? false}`),
    node(`propagation: ${volume.propagation ?? 0}`),
  ]);

/**
 * @param {Map<string, string>} annotations
 * @returns {Node[]} one for each; if its JSON is wrong, the text as it is
 */
export function annotationNodes(annotations) {
  return [...annotations].map(([key, text]) => {
    if (OBJECTS.has(key)) {
      const value = parse(text);
      if (isObject(value)) return node(key, objectNodes(value));
    }
    if (key === VOLUMES) {
      const value = parse(text);
      if (Array.isArray(value) && value.every(isObject)) return node(key, value.map(volumeNode));
    }
    return node(`${key}: ${text}`);
  });
}
