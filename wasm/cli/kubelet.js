// SPDX-License-Identifier: Apache-2.0
// What the kubelet writes into the names of checkpoints, and their times.

/** Browsers and other systems write something else for the colons. */
const NAME =
  /^checkpoint-([^_]+)_(.+)-(\d{4}-\d\d-\d\d)T(\d\d)[:_.-]?(\d\d)[:_.-]?(\d\d)(Z|[+-]\d\d[:_.-]?\d\d)(?=\.|$| \()/;

/**
 * Takes apart `checkpoint-POD_NAMESPACE-CONTAINER-TIME.tar`. The last two names may both have
 * dashes: where they part is known only with one dash, or if one of them is known.
 * @param {string} name of the file
 * @param {{namespace?: string, name?: string}} [known] what the metadata say
 * @returns {{pod: string, namespace?: string, container?: string, time: string} | null} time: RFC 3339
 */
export function parseKubeletName(name, known = {}) {
  const match = NAME.exec(name);
  if (!match) return null;
  const [, pod, rest, date, hour, minute, second, zone] = match;
  const offset = zone === 'Z' ? zone : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const time = `${date}T${hour}:${minute}:${second}${offset}`;
  if (known.namespace !== undefined && rest.startsWith(`${known.namespace}-`))
    return {
      pod,
      namespace: known.namespace,
      container: rest.slice(known.namespace.length + 1),
      time,
    };
  if (known.name !== undefined && rest.endsWith(`-${known.name}`))
    return { pod, namespace: rest.slice(0, -known.name.length - 1), container: known.name, time };
  const parts = rest.split('-');
  return parts.length === 2
    ? { pod, namespace: parts[0], container: parts[1], time }
    : { pod, time };
}

/**
 * The newest time of the images of the processes: CRIU writes them at the checkpoint.
 * @param {Iterable<import('../api/archive.js').Member>} members
 * @returns {string | undefined} RFC 3339
 */
export function checkpointTime(members) {
  let newest = 0;
  for (const { name, type, mtime } of members)
    if (type === 'file' && /^(pre-)?checkpoint\//.test(name)) newest = Math.max(newest, mtime);
  const date = new Date(newest * 1000);
  return newest > 0 && !Number.isNaN(date.getTime()) ? date.toISOString() : undefined;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/**
 * A time as the reference tool lists it: `09 Feb 24 11:01 UTC`, in the zone it is written in.
 * @param {string | undefined} time RFC 3339
 */
export function rfc822(time) {
  const match = /^\d*(\d\d)-(\d\d)-(\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(
    time ?? '',
  );
  if (!match) return 'unknown';
  const [, year, month, day, clock, zone] = match;
  const suffix = zone === 'Z' || /00:00$/.test(zone) ? 'UTC' : zone.replace(':', '');
  return `${day} ${MONTHS[Number(month) - 1]} ${year} ${clock} ${suffix}`;
}
