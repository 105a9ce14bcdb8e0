// SPDX-License-Identifier: Apache-2.0
// What the rules' pages say, as text.
import { plain } from './markdown.js';

/** @typedef {import('../../dist/types/rules.d.ts').Rule} Rule */

/** What a rule's page says, each with its heading. @param {Rule} rule @returns {[string, string][]} */
export const sectionsOf = ({ what, why, fix, reference }) =>
  /** @type {[string, string][]} */ ([
    ['What is checked', what],
    ['Why', why],
    ['What to do', fix],
    ['Where to read more', reference],
  ]).filter(([, text]) => text !== '');

/** For whom a rule is more than its severity says. @param {Rule} rule @returns {string[]} */
export const effects = ({ errorFor, blocks, severity }) => [
  ...(errorFor.length > 0 && severity !== 'error' ? [`error for ${errorFor.join(', ')}`] : []),
  ...(blocks.length > 0 ? [`not restored by ${blocks.join(', ')}`] : []),
];

/** @param {Rule} rule */
export const ruleText = (rule) =>
  sectionsOf(rule)
    .map(([heading, text]) => `${heading}: ${text}`)
    .join('\n\n');

/** @param {Rule} rule */
export const ruleMarkdown = (rule) =>
  sectionsOf(rule)
    .map(([heading, text]) => `**${heading}.** ${markdownLinks(text)}`)
    .join('\n\n');

/** @param {string} text */
const markdownLinks = (text) =>
  linksIn(text)
    .map(({ text: piece, uri }) => (uri === null ? plain(piece) : `[${plain(piece)}](${uri})`))
    .join('');

/** @type {Record<string, string>} */
const REPOSITORIES = {
  podman: 'containers/podman',
  crun: 'containers/crun',
  'cri-o': 'cri-o/cri-o',
  containerd: 'containerd/containerd',
  runc: 'opencontainers/runc',
  criu: 'checkpoint-restore/criu',
  checkpointctl: 'checkpoint-restore/checkpointctl',
  kubernetes: 'kubernetes/kubernetes',
};
const REFERENCE =
  /https:\/\/[^\s<>"')]*[\w/]|CVE-\d+-\d+|CWE-(\d+)|\b([a-z][a-z-]*) (issue|pull request|commit) ([0-9a-f]+)/gi;

/**
 * What a reference names, with the addresses that are known for it.
 * @param {string} reference
 * @returns {{text: string, uri: string | null}[]} all of the text, in pieces
 */
export function linksIn(reference) {
  /** @type {{text: string, uri: string | null}[]} */
  const pieces = [];
  let end = 0;
  for (const found of reference.matchAll(REFERENCE)) {
    const [text, weakness, project, kind, number] = found;
    const repository = REPOSITORIES[(project ?? '').toLowerCase()];
    const path = { issue: 'issues', commit: 'commit' }[(kind ?? '').toLowerCase()] ?? 'pull';
    /** @type {string | null} */
    let uri = null;
    if (text.startsWith('https:')) uri = text;
    else if (weakness) uri = `https://cwe.mitre.org/data/definitions/${weakness}.html`;
    else if (/^CVE/i.test(text)) uri = `https://www.cve.org/CVERecord?id=${text}`;
    else if (repository) uri = `https://github.com/${repository}/${path}/${number}`;
    if (uri === null) continue;
    pieces.push({ text: reference.slice(end, found.index), uri: null }, { text, uri });
    end = found.index + text.length;
  }
  pieces.push({ text: reference.slice(end), uri: null });
  return pieces.filter(({ text }) => text !== '');
}

/** @type {Record<string, string>} */
const BASES = {
  podman: "Podman's checkpoint",
  'cri-o': "CRI-O's checkpoint",
  containerd: "containerd's checkpoint",
  image: 'An OCI image layout with a checkpoint',
  none: 'An archive',
};

/** @param {Record<string, any>} entry of `add`, `replace` or `inner` */
function memberText({ name, type = 'file', text, link, mode, size, base64 }) {
  const details = [
    ...(type === 'file' ? [] : [type]),
    ...(link ? [`to ${link}`] : []),
    ...(mode === undefined ? [] : [`mode ${mode.toString(8).padStart(4, '0')}`]),
    ...(size ? [`${size} bytes`] : []),
    ...(base64 ? ['binary'] : []),
  ].join(', ');
  const content = text ? `: ${text}` : '';
  return `${JSON.stringify(name)}${details === '' ? '' : ` (${details})`}${content}`;
}

/**
 * A sample in words, one line for each change of a healthy checkpoint.
 * @param {Record<string, any>} sample
 * @returns {string[]}
 */
export function sampleLines({
  base = 'podman',
  name,
  set = {},
  unset = {},
  drop = [],
  add = [],
  replace = [],
  inner = {},
  archive = {},
  options = {},
}) {
  /** @type {string[]} */
  const changes = [];
  for (const [member, values] of Object.entries(set))
    for (const [pointer, value] of Object.entries(values))
      changes.push(`${member}${pointer === '' ? '' : ` ${pointer}`}: ${JSON.stringify(value)}`);
  for (const [member, pointers] of Object.entries(unset))
    changes.push(
      ...pointers.map((/** @type {string} */ pointer) => `${member} without ${pointer}`),
    );
  for (const member of drop) changes.push(`without ${member}`);
  for (const entry of add)
    changes.push(`a member ${memberText(entry)}${entry.first ? ', the first one' : ''}`);
  for (const entry of replace) changes.push(`the member ${memberText(entry)}`);
  for (const [member, entries] of Object.entries(inner))
    changes.push(
      ...entries.map((/** @type {any} */ entry) => `in ${member}: ${memberText(entry)}`),
    );
  if (archive.gzip) changes.push('compressed with gzip');
  if (archive.append) changes.push(`with ${JSON.stringify(archive.append)} after its end`);
  if (archive.cut) changes.push(`without its last ${archive.cut} bytes`);
  if (archive.noEnd) changes.push('without its end mark');
  for (const target of options.targets ?? []) changes.push(`checked with --target ${target}`);
  const named = name ? ` called ${name}` : '';
  const what = `${BASES[base] ?? base}${named}`;
  return changes.length === 0
    ? [`${what} as it should be`]
    : [`${what}, with`, ...changes.map((line) => `  ${line}`)];
}
