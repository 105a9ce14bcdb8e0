// SPDX-License-Identifier: Apache-2.0
// One archive: how far reading it has come, then what is in it.
import { A, T } from '../text.js';
import { askAbout } from './ask.js';
import { blockNode } from './blocks.js';
import { reportNodes } from './card.js';
import { fold, h } from './dom.js';

/** @typedef {import('../types.d.ts').ArchiveReport} ArchiveReport */
/** @typedef {import('../types.d.ts').Verdict} Verdict */

/** Milliseconds between two looks at the progress. */
const LOOK = 150;

let lastCard = 0;

/**
 * @param {any} api the worker
 * @param {number} source
 * @param {{name: string, size: string}} archive
 * @param {(verdict: Verdict) => void} told is called with each verdict
 * @returns {{element: HTMLElement, id: string, load(): Promise<void>}}
 */
export function archiveCard(api, source, { name, size }, told) {
  const id = `archive-${++lastCard}`;
  const badge = h('span', { class: 'badge reading' }, A.waiting);
  const about = h('p', { class: 'about' }, size);
  const body = h('div', { class: 'body' });
  const element = h(
    'article',
    { class: 'card', id, 'aria-labelledby': `${id}-name`, 'aria-busy': 'true' },
    h(
      'header',
      null,
      h('div', { class: 'title' }, h('h3', { id: `${id}-name`, tabindex: '-1' }, name), badge),
      about,
    ),
    body,
  );
  let given = true;
  let reading = false;
  const mark = (/** @type {Verdict} */ verdict) => {
    badge.className = `badge ${verdict}`;
    badge.textContent = T.verdict[verdict];
    element.setAttribute('aria-busy', 'false');
    told(verdict);
  };
  const stopped = () => {
    const again = () => {
      given = true;
      load();
    };
    const button = h('button', { type: 'button', class: 'small', onclick: again }, A.again);
    body.replaceChildren(h('p', { class: 'sentence' }, A.cancelled, ' ', button));
    mark('cancelled');
  };
  const cancel = () => {
    given = false;
    api.cancel({ source });
    if (!reading) stopped(); // it waits for others
  };
  const load = async () => {
    if (!given) return stopped();
    reading = true;
    element.setAttribute('aria-busy', 'true');
    badge.className = 'badge reading';
    badge.textContent = T.reading;
    const progress = progressNode(api, source, name, cancel);
    body.replaceChildren(progress.element);
    try {
      /** @type {ArchiveReport | null} */
      const report = await api.archive({ source });
      if (!report) return stopped();
      about.textContent = report.about;
      body.replaceChildren(...archiveNodes(api, source, report, id));
      mark(report.verdict);
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      body.replaceChildren(h('p', { class: 'failed' }, message));
      mark('error');
    } finally {
      reading = false;
      progress.end();
    }
  };
  body.append(
    h(
      'p',
      { class: 'sentence' },
      h('button', { type: 'button', class: 'small', onclick: cancel }, A.cancel),
    ),
  );
  return { element, id, load };
}

/** @param {any} api @param {number} source @param {string} name @param {() => void} cancel */
function progressNode(api, source, name, cancel) {
  const bar = h('progress', { max: '1', 'aria-label': A.progressLabel(name) });
  const text = h('span', { class: 'quiet' }, T.reading);
  const button = h('button', { type: 'button', class: 'small', onclick: cancel }, A.cancel);
  let ended = false;
  const look = async () => {
    /** @type {import('../types.d.ts').ArchiveProgress | null} */
    const now = await api.progress({ source });
    if (ended) return;
    if (now && now.read > 0) {
      bar.value = Math.min(1, now.read / now.size);
      text.textContent = now.text;
    }
    setTimeout(() => !ended && look().catch(() => {}), LOOK);
  };
  look().catch(() => {}); // the question for the archive itself says what is wrong
  const element = h('div', { class: 'progress' }, bar, text, button);
  return { element, end: () => (ended = true) };
}

/** @param {any} api @param {number} source @param {ArchiveReport} report @param {string} id @returns {Node[]} */
function archiveNodes(api, source, report, id) {
  const place = report.id < 0 ? source : report.id;
  const ask = askAbout(api, { source: place });
  const { verdict, broken, sections, files, members, containers } = report;
  /** @type {Node[]} */
  const nodes = [];
  const add = (/** @type {string} */ title, /** @type {() => import('./dom.js').Child} */ fill) =>
    nodes.push(fold({ class: 'section', open: true }, h('h4', null, title), fill).element);
  const blocks = (/** @type {import('../types.d.ts').Section} */ { title, blocks: list }) =>
    list.length > 0 && add(title, () => list.map((block) => blockNode(ask, block, title)));
  if (broken) nodes.push(brokenNode(report, broken));
  else if (verdict === 'unknown') nodes.push(h('p', { class: 'sentence' }, A.noCheckpoint));
  sections.forEach(blocks);
  if (files.length > 0)
    add(A.files, () => files.map((file) => fileNode(api, place, file, `${id}-${place}`)));
  if (containers.length > 0)
    add(A.containers, () =>
      containers.map((container) =>
        h(
          'div',
          { class: 'container' },
          h('h5', null, container.name, ' ', badgeNode(container.verdict)),
          archiveNodes(api, place, container, id),
        ),
      ),
    );
  blocks(members);
  return nodes;
}

/** @param {Verdict} verdict */
const badgeNode = (verdict) => h('span', { class: `badge ${verdict}` }, T.verdict[verdict]);

/** @param {ArchiveReport} report @param {{message: string, where: string}} broken */
function brokenNode({ verdict, sections, members }, { message, where }) {
  const some = members.blocks.length > 0 || sections.length > 0;
  return h(
    'div',
    { class: 'problem' },
    h('h4', null, verdict === 'unknown' ? A.noArchive : A.brokenOff),
    h('p', { class: 'message' }, message),
    where !== '' &&
      h(
        'dl',
        { class: 'facts' },
        h('div', null, h('dt', null, T.where), h('dd', { class: 'where' }, where)),
      ),
    some && verdict !== 'unknown' && h('p', null, A.brokenBefore),
  );
}

/** A metadata file, read when it is opened. @param {any} api @param {number} source @param {import('../types.d.ts').FileInfo} file @param {string} id */
function fileNode(api, source, { index, path, kind, verdict }, id) {
  const ask = askAbout(api, { source, member: index });
  const title = [
    h('h5', null, path),
    h('span', { class: 'quiet' }, T.kinds[kind ?? ''] ?? ''),
    verdict !== 'ok' && badgeNode(verdict),
  ];
  return fold({ class: 'section file' }, title, async () =>
    reportNodes(ask, await ask('report'), path, `${id}-${index}`, 'h6'),
  ).element;
}
