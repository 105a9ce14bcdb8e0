// SPDX-License-Identifier: Apache-2.0
// What was given so far: sources, their files, and how many of them are fine.
import { A, T, V } from '../text.js';
import { archiveCard } from './archive-card.js';
import { askAbout } from './ask.js';
import { blockNode } from './blocks.js';
import { fileCard } from './card.js';
import { announce, fold, h } from './dom.js';

/** @typedef {import('../types.d.ts').Verdict} Verdict */
/** @typedef {import('../types.d.ts').SourceInfo} SourceInfo */

export class Results {
  #api;
  #kinds;
  #place;
  #jump;
  /** @type {Map<string, Verdict>} */
  #verdicts = new Map();
  /** @type {number[]} */
  #sources = [];

  /** @param {any} api the worker @param {string[]} kinds @param {HTMLElement} place @param {HTMLElement} jump list of links */
  constructor(api, kinds, place, jump) {
    this.#api = api;
    this.#kinds = kinds;
    this.#place = place;
    this.#jump = jump;
  }

  /** Shows sources above those that are there, and reads their files. @param {SourceInfo[]} sources */
  async add(sources) {
    const made = sources.map((source) => this.#source(source));
    this.#place.prepend(...made.map(({ element }) => element));
    this.#jump.prepend(...made.flatMap(({ links }) => links));
    const loads = made.flatMap((each) => each.loads);
    if (loads.length > 1) announce(T.readingMany(loads.length));
    if (loads.length === 0) announce(T.onlyOthers);
    const hidden = sources[0]?.name === '' || sources[0]?.archive;
    const heading = made[0]?.element.querySelector(hidden ? 'h3' : 'h2');
    /** @type {HTMLElement | null | undefined} */ (heading)?.focus();
    for (const load of loads) await load();
  }

  clear() {
    for (const source of this.#sources) this.#api.close({ source });
    this.#sources = [];
    this.#verdicts.clear();
    this.#place.replaceChildren();
    this.#jump.replaceChildren();
    announce('');
  }

  /**
   * A card, and the link to it that has the colour of its verdict.
   * @param {number} source
   * @param {string} name
   * @param {(told: (verdict: Verdict) => void) => {element: HTMLElement, id: string, load(): Promise<void>}} make
   */
  #card(source, name, make) {
    const dot = h('span', { class: 'dot reading', 'aria-hidden': 'true' });
    const card = make((verdict) => {
      if (!this.#sources.includes(source)) return; // all was cleared meanwhile
      dot.className = `dot ${verdict}`;
      this.#verdicts.set(card.id, verdict);
      this.#summarize();
    });
    return { card, link: h('li', null, h('a', { href: `#${card.id}` }, dot, name)) };
  }

  /** @param {SourceInfo} source */
  #source({ id, name, members, others, archive }) {
    this.#sources.push(id);
    if (archive !== undefined) {
      const { card, link } = this.#card(id, name, (told) =>
        archiveCard(this.#api, id, { name, size: archive }, told),
      );
      const heading = h('h2', { class: 'offscreen' }, A.heading);
      const element = h('div', { class: 'source' }, heading, card.element);
      return { element, links: [link], loads: [card.load] };
    }
    const made = members.map((member) =>
      this.#card(id, member.path, (told) => fileCard(this.#api, id, member, this.#kinds, told)),
    );
    const cards = made.map(({ card }) => card);
    const links = made.map(({ link }) => link);
    const ask = askAbout(this.#api, { source: id });
    const rest =
      others.total > 0 &&
      fold({ class: 'others' }, T.others(others.total), () =>
        blockNode(ask, { t: 'table', head: [V.path, V.size], seq: others }, T.others(others.total)),
      ).element;
    const element = h(
      'div',
      { class: 'source' },
      h(
        'h2',
        { tabindex: '-1', class: name === '' ? 'offscreen' : undefined },
        name || T.looseFiles,
      ),
      members.length === 0 && h('p', { class: 'sentence' }, T.onlyOthers),
      cards.map((card) => card.element),
      rest,
    );
    return { element, links, loads: cards.map((card) => card.load) };
  }

  #summarize() {
    const all = [...this.#verdicts.values()];
    const count = (/** @type {string[]} */ ...wanted) =>
      all.filter((verdict) => wanted.includes(verdict)).length;
    announce(
      T.summary(count('ok'), count('error', 'broken'), count('unknown'), count('cancelled')),
    );
  }
}
