// SPDX-License-Identifier: Apache-2.0
// The secrets of a checkpoint in one table: those the report lists, and on wish those in memory, queues and files.
import { findSecrets } from '../../wasm/api/memory-secrets.js';
import { isSecret } from '../../wasm/api/secrets.js';
import { Q } from '../text/views.js';
import { code, none, textCell } from './cells.js';
import { isVariable } from './report.js';

/** @typedef {import('../types.d.ts').Cell} Cell */
/** @typedef {{name: string, kind: string, where: Cell, value: string, count: number}} Row */

const decoder = new TextDecoder();

/** What a finding says it is: "… holds a password in a URL: •••." */
const HOLDS = /^.{0,300}? holds ([^]*?)(?:(=)|: )•+\.?$/;

/** The kind of what a report lists. @param {string} message */
function kindOf(message) {
  const [, what, variable] = HOLDS.exec(message) ?? [];
  return variable ? Q.byName : (what ?? message);
}

/** Name and value of what a report lists. @param {Uint8Array} bytes @param {import('../types.d.ts').Finding} finding */
function named(bytes, { offset, length, pointer, message }) {
  const text = decoder.decode(bytes.subarray(Number(offset), Number(offset) + Number(length)));
  let value = text;
  try {
    value = String(JSON.parse(text));
  } catch {
    // It is no JSON: a line of a log.
  }
  const [, variable, assigned] = HOLDS.exec(message) ?? [];
  const assigns = isVariable(pointer) || (assigned && value.startsWith(`${variable}=`));
  const equals = assigns ? /^([A-Za-z_][\w.-]*)=/.exec(value) : null;
  if (equals) return { name: equals[1], value: value.slice(equals[0].length) };
  // The number of an item of a list says nothing without the list.
  const [key] = /[^/]+(\/\d+)?$/.exec(pointer) ?? [pointer];
  return { name: key.replaceAll('~1', '/').replaceAll('~0', '~'), value };
}

/** @param {any} checkpoint @param {import('../types.d.ts').Report} report @returns {Row[]} */
export function listedSecrets(checkpoint, report) {
  return report.findings.filter(isSecret).map((finding) => {
    const bytes = checkpoint.files.get(finding.member);
    const place = { index: finding.index, inner: finding.inner };
    const { offset, length } = finding;
    const line = finding.line === null ? '' : `:${finding.line}`;
    const known = bytes && offset !== null && length !== null;
    return {
      ...(known ? named(bytes, finding) : { name: finding.pointer, value: '' }),
      kind: kindOf(finding.message),
      count: 1,
      where:
        finding.index < 0 || offset === null
          ? code(finding.member + line)
          : {
              t: 'link',
              text: finding.member + line,
              to: { ...place, offset, length: length ?? 1 },
            },
    };
  });
}

/** @param {any} checkpoint @param {any} dump @param {{signal: AbortSignal, onProgress(state: {read: number, size: number}): void}} how */
export async function deepSecrets(checkpoint, dump, how) {
  const { secrets, left } = await findSecrets(checkpoint, dump, { reveal: true, ...how });
  /** @type {Row[]} */
  const rows = secrets.map(({ pid, member, place, kind, name, count, address, value = '' }) => ({
    name: name ?? '',
    kind: `${kind ?? Q.byName}, ${place}`,
    value,
    count,
    where:
      pid === null
        ? code(`${member}+${address}`)
        : {
            t: 'link',
            text: Q.process(pid, address.toString(16)),
            to: { pid, address: `0x${address.toString(16)}` },
          },
  }));
  return { rows, left };
}

/**
 * One row for each value, wherever it stands.
 * @param {import('./shelf.js').Shelf} shelf @param {Row[]} rows
 * @returns {import('../types.d.ts').Block}
 */
export function secretTable(shelf, rows) {
  /** @type {Map<string, Row[]>} */
  const values = new Map();
  for (const row of rows) {
    const key = row.value === '' ? `\n${values.size}` : row.value;
    const known = values.get(key);
    if (known) known.push(row);
    else values.set(key, [row]);
  }
  const groups = [...values.values()];
  return {
    t: 'table',
    head: Q.head,
    wide: [3],
    right: [4],
    seq: shelf.seq(groups.length, (at) => {
      const group = groups[at];
      const names = [...new Set(group.map(({ name }) => name).filter(Boolean))].join(', ');
      const { value } = group[0];
      return [
        names === '' ? none(Q.nameless) : textCell(shelf, names, code),
        [...new Set(group.map(({ kind }) => kind))].slice(0, 3).join('; '),
        value === '' ? none(Q.noValue) : { t: 'secret', cell: textCell(shelf, value, code) },
        { t: 'lines', items: group.map(({ where }) => where) },
        String(group.reduce((sum, { count }) => sum + count, 0)),
      ];
    }),
  };
}
