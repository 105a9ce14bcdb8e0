// SPDX-License-Identifier: Apache-2.0
// One file: its verdict, its problem, what is in it.
import { T } from '../text.js';
import { askAbout } from './ask.js';
import { blockNode } from './blocks.js';
import { fold, h } from './dom.js';
import { virtualList } from './rows.js';
import { treeRows } from './tree.js';

/** @typedef {import('../types.d.ts').MemberInfo} MemberInfo */
/** @typedef {import('../types.d.ts').Report} Report */
/** @typedef {import('../types.d.ts').FrameLine} FrameLine */
/** @typedef {import('./ask.js').Ask} Ask */

let lastCard = 0;

/**
 * @param {any} api the worker
 * @param {number} source
 * @param {MemberInfo} member
 * @param {string[]} kinds
 * @param {(verdict: Report['verdict']) => void} told is called with each verdict
 * @returns {{element: HTMLElement, id: string, load(): Promise<void>}}
 */
export function fileCard(api, source, member, kinds, told) {
  const id = `file-${++lastCard}`;
  const ask = askAbout(api, { source, member: member.index });
  const badge = h('span', { class: 'badge reading' }, T.reading);
  const about = h('p', { class: 'about' });
  const body = h('div', { class: 'body' });
  const select = h(
    'select',
    { id: `${id}-kind` },
    member.kind === null && h('option', { value: '' }, T.kindNone),
    kinds.map((kind) =>
      h('option', { value: kind, selected: kind === member.kind }, T.kindNames[kind] ?? kind),
    ),
  );
  const element = h(
    'article',
    { class: 'card', id, 'aria-labelledby': `${id}-name`, 'aria-busy': 'true' },
    h(
      'header',
      null,
      h(
        'div',
        { class: 'title' },
        h('h3', { id: `${id}-name`, tabindex: '-1' }, member.path),
        badge,
      ),
      h('div', { class: 'kind' }, h('label', { for: `${id}-kind` }, T.kind), ' ', select),
      about,
    ),
    body,
  );

  const show = (/** @type {Report} */ report) => {
    const guessed = member.guessed && report.kind === member.kind;
    about.textContent = [
      report.kind && (T.kinds[report.kind] ?? report.kind),
      guessed && `(${T.kindGuessed})`,
      report.kind && '·',
      report.size,
    ]
      .filter(Boolean)
      .join(' ');
    body.replaceChildren(...reportNodes(ask, report, member.path, id));
  };
  const load = async () => {
    element.setAttribute('aria-busy', 'true');
    /** @type {Report['verdict']} */
    let verdict = 'error';
    try {
      /** @type {Report} */
      const report = await ask('report', select.value === '' ? {} : { kind: select.value });
      show(report);
      verdict = report.verdict;
    } catch (error) {
      body.replaceChildren(h('p', { class: 'failed' }, /** @type {Error} */ (error).message));
    }
    badge.className = `badge ${verdict}`;
    badge.textContent = T.verdict[verdict];
    element.setAttribute('aria-busy', 'false');
    told(verdict);
  };
  select.addEventListener('change', load);
  return { element, id, load };
}

/** @param {Ask} ask @param {Report} report @param {string} name @param {string} id @param {'h4' | 'h6'} [heading] of its parts @returns {Node[]} */
export function reportNodes(ask, report, name, id, heading = 'h4') {
  const { verdict, problem, partial, sections } = report;
  /** @type {Node[]} */
  const nodes = [];
  const raw =
    report.raw && rawFold(ask, name, verdict === 'unknown' || report.kind === 'text', heading);
  if (problem) nodes.push(problemNode(problem, raw || null, heading));
  if (verdict === 'unknown') nodes.push(h('p', { class: 'sentence' }, T.verdictSentence[verdict]));
  if (partial && sections.length > 0) nodes.push(h('p', { class: 'sentence' }, T.partial));
  for (const [index, { title, blocks }] of sections.entries()) {
    const head = h(heading, { id: `${id}-${index}` }, title);
    nodes.push(
      fold({ class: 'section', open: true }, head, () =>
        blocks.map((block) => blockNode(ask, block, title)),
      ).element,
    );
  }
  if (report.tree) {
    const open = sections.length === 0;
    const all = fold({ class: 'section' }, h(heading, null, T.allFields), async () =>
      treeRows(ask, await ask('tree')),
    );
    if (open) all.element.open = true;
    nodes.push(all.element);
  }
  if (raw) nodes.push(raw.element);
  return nodes;
}

/** @param {import('../types.d.ts').Problem} problem @param {ReturnType<typeof rawFold> | null} raw @param {'h4' | 'h6'} heading */
function problemNode(problem, raw, heading) {
  const { line, column, offset, pointer, rule, found, expected } = problem;
  const fact = (
    /** @type {string} */ label,
    /** @type {string} */ value,
    /** @type {string} */ name,
  ) => value !== '' && h('div', null, h('dt', null, label), h('dd', { class: name }, value));
  const where =
    line > 0 ? `${T.place(line, column)} · ${T.byte(offset)}${pointer ? ` · ${pointer}` : ''}` : '';
  return h(
    'div',
    { class: 'problem' },
    h(heading, null, T.problem[problem.kind]),
    h('p', { class: 'message' }, problem.message),
    problem.frame.length > 0 && frameNode(problem.frame),
    h(
      'dl',
      { class: 'facts' },
      fact(T.where, where, 'where'),
      fact(T.found, found, 'found'),
      fact(T.expected, expected, 'expected'),
      fact(T.rule, rule, 'rule'),
    ),
    raw &&
      line > 0 &&
      h('button', { type: 'button', class: 'small', onclick: raw.show }, T.inWholeFile),
  );
}

/** @param {string} text @param {[number, number] | undefined} mark @returns {import('./dom.js').Child[]} */
function marked(text, mark) {
  if (!mark) return [text];
  return [
    text.slice(0, mark[0]),
    h('mark', null, text.slice(mark[0], mark[1])),
    text.slice(mark[1]),
  ];
}

/** The lines around a problem; the caret stands under a hidden copy of what is before it. @param {FrameLine[]} lines */
function frameNode(lines) {
  const element = h(
    'div',
    { class: 'frame', tabindex: '0', role: 'group', 'aria-label': T.where },
    h(
      'div',
      { class: 'lines' },
      lines.map(({ line, text, mark }) => [
        h(
          'div',
          { class: mark ? 'line here' : 'line' },
          h('span', { class: 'number' }, String(line)),
          h('code', null, marked(text, mark)),
        ),
        mark &&
          h(
            'div',
            { class: 'line caret', 'aria-hidden': 'true' },
            h('span', { class: 'number' }),
            h(
              'code',
              null,
              h('span', { class: 'blank' }, text.slice(0, mark[0])),
              '^',
              '~'.repeat(Math.max(0, mark[1] - mark[0] - 1)),
            ),
          ),
      ]),
    ),
  );
  // On a narrow screen the place may be beyond the right edge.
  requestAnimationFrame(() => {
    const mark = element.querySelector('mark');
    if (mark) element.scrollLeft = mark.offsetLeft + mark.offsetWidth - element.clientWidth * 0.8;
  });
  return element;
}

/** The file itself with line numbers. @param {Ask} ask @param {string} name @param {boolean} open @param {'h4' | 'h6'} heading */
function rawFold(ask, name, open, heading) {
  /** @type {{element: HTMLElement, show(index: number): void} | undefined} */
  let list;
  let at = -1;
  const { element, ready } = fold({ class: 'section raw' }, h(heading, null, T.raw), async () => {
    const raw = await ask('raw');
    at = raw.at;
    list = virtualList(ask, raw.seq, {
      label: T.rawLabel(name),
      class: 'text',
      make: (/** @type {import('../types.d.ts').RawRow} */ row) =>
        h(
          'span',
          { class: row.mark ? 'here' : undefined },
          h('span', { class: 'number' }, row.continued ? '' : String(row.line)),
          h('code', null, marked(row.text, row.mark)),
        ),
    });
    return list.element;
  });
  if (open) element.open = true;
  return {
    element,
    show: async () => {
      element.open = true;
      await ready();
      if (!list) return;
      list.element.scrollIntoView({ block: 'center' });
      list.show(at);
      list.element.focus({ preventScroll: true });
    },
  };
}
