// SPDX-License-Identifier: Apache-2.0
// Searching the memory of all processes: hits come while it runs; it can be stopped, and says what it did not search.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { T } from '../../text.js';
import { G, M, S } from '../../text/dump.js';
import { api } from '../api.js';
import { during, useBusy } from '../busy.js';
import { h } from '../h.js';
import { useAnswer } from '../hooks.js';
import { VirtualList } from '../rows.js';
import { go, state } from '../store.js';
import { Processes } from './grids.js';

/** @typedef {import('../../types.d.ts').Hunted} Hunted */
/** @typedef {import('../../types.d.ts').HuntQuery} HuntQuery */
/** @typedef {import('../../types.d.ts').HitRow} HitRow */

/** Milliseconds between two looks at what was found. */
const LOOK = 100;

/** The last search of each item, so that it is there again when one comes back. @type {Map<number, HuntQuery>} */
const last = new Map();

/** @type {HuntQuery} */
const EMPTY = { form: 'text', pattern: '', ignoreCase: false, pid: 0, kind: '', perms: '' };

/** @param {import('./index.js').ViewProps} props */
export function HuntView({ item, model, place }) {
  const [query, setQuery] = useState(last.get(item.id) ?? EMPTY);
  const [found, setFound] = useState(/** @type {Hunted | null} */ (null));
  const [reveal, setReveal] = useState(false);
  const [failure, setFailure] = useState('');
  const turn = useRef(0);
  const { value: pids = [] } = useAnswer(
    async () => (await api.grid({ item: item.id, view: 'memory', text: '', pid: 0 })).pids,
    [item.id, model],
  );
  const look = async (/** @type {{stop?: boolean}} */ how = {}) => {
    const mine = turn.current;
    const now = await during(api.hunted({ item: item.id, reveal, ...how })).catch(() => null);
    if (mine !== turn.current) return;
    setFound(now);
    if (now?.state === 'running') setTimeout(() => mine === turn.current && look(), LOOK);
  };
  useLayoutEffect(() => {
    if (state.hunt === '') return;
    const pattern = state.hunt;
    state.hunt = '';
    run({ ...EMPTY, pattern });
  }, [state.hunt]);
  useLayoutEffect(() => {
    look();
    return () => {
      turn.current++;
    };
  }, [reveal]);
  const run = async (/** @type {HuntQuery} */ wanted) => {
    const mine = ++turn.current;
    setQuery(wanted);
    setFound(null);
    setFailure('');
    if (wanted.pattern === '' && wanted.form !== 'strings') return;
    last.set(item.id, wanted);
    if (place.index !== undefined) go({ view: 'search' });
    try {
      await during(api.hunt({ item: item.id, ...wanted }));
      if (mine === turn.current) look();
    } catch (error) {
      setFailure(/** @type {Error} */ (error).message);
    }
  };
  const set = (/** @type {Partial<HuntQuery>} */ change) => setQuery({ ...query, ...change });
  const running = found?.state === 'running';
  useBusy(running);
  return h(
    'div',
    { class: 'hunt' },
    h(
      'form',
      {
        class: 'filters',
        role: 'search',
        onSubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          run(query.form === 'preset' ? { ...query, form: 'text', pattern: '' } : query);
        },
      },
      h(
        'label',
        null,
        h('span', { class: 'offscreen' }, S.form),
        h(
          'select',
          {
            value: query.form === 'preset' ? 'text' : query.form,
            onChange: (/** @type {any} */ event) => {
              const form = event.currentTarget.value;
              set({ form, pattern: form === 'strings' ? '6' : '' });
            },
          },
          Object.entries(S.forms).map(([form, words]) => h('option', { value: form }, words)),
        ),
      ),
      h('input', {
        type: 'search',
        class: 'search',
        'aria-label': S.pattern,
        placeholder: S.pattern,
        spellcheck: false,
        value: query.form === 'preset' ? '' : query.pattern,
        onInput: (/** @type {any} */ event) =>
          set({
            pattern: event.currentTarget.value,
            ...(query.form === 'preset' && { form: 'text' }),
          }),
      }),
      h('button', { type: 'submit', class: 'button slim primary' }, S.run),
      running &&
        h(
          'button',
          { type: 'button', class: 'button slim', onClick: () => look({ stop: true }) },
          S.stop,
        ),
      h(
        'label',
        null,
        h('input', {
          type: 'checkbox',
          checked: query.ignoreCase,
          onChange: (/** @type {any} */ event) => set({ ignoreCase: event.currentTarget.checked }),
        }),
        ' ',
        h('span', null, S.ignoreCase),
      ),
      h(Processes, { pids, pid: query.pid, choose: (/** @type {number} */ pid) => set({ pid }) }),
      h(
        'label',
        null,
        h('span', null, S.kind),
        ' ',
        h(
          'select',
          {
            value: query.kind,
            onChange: (/** @type {any} */ event) => set({ kind: event.currentTarget.value }),
          },
          h('option', { value: '' }, S.anyKind),
          Object.entries(M.kinds).map(([kind, words]) => h('option', { value: kind }, words)),
        ),
      ),
    ),
    h(
      'div',
      { class: 'filters presets', role: 'group', 'aria-label': S.presets },
      h('span', { class: 'quiet' }, S.presets),
      Object.entries(S.preset).map(([name, words]) =>
        h(
          'button',
          {
            key: name,
            type: 'button',
            class: 'small',
            'aria-pressed': query.form === 'preset' && query.pattern === name,
            onClick: () => run({ ...query, form: 'preset', pattern: name }),
          },
          words,
        ),
      ),
      h(
        'label',
        null,
        h('input', {
          type: 'checkbox',
          checked: reveal,
          onChange: (/** @type {any} */ event) => setReveal(event.currentTarget.checked),
        }),
        ' ',
        h('span', null, S.reveal),
      ),
    ),
    failure !== '' && h('p', { class: 'failed', role: 'alert' }, failure),
    !found && failure === '' && h('p', { class: 'quiet' }, S.hint),
    found && h(Status, { found }),
    found &&
      found.seq.total > 0 &&
      h(VirtualList, {
        seq: found.seq,
        steady: true,
        label: T.views.search,
        class: 'hits',
        role: 'listbox',
        head: h(
          'div',
          { class: 'hit grid-head', 'aria-hidden': 'true' },
          S.head.map((title, i) =>
            h('span', { class: ['pid', 'address', 'mapping', ''][i] }, title),
          ),
        ),
        choose: (/** @type {HitRow} */ { id }) => go({ view: 'search', index: id }),
        about: (/** @type {HitRow} */ { id }) =>
          id === place.index ? { 'aria-current': 'true' } : {},
        make: hitNode,
      }),
  );
}

/** @param {HitRow} hit */
const hitNode = ({ pid, address, mapping, before, found, after }) =>
  h(
    'span',
    { class: 'hit' },
    h('span', { class: 'pid' }, pid > 0 ? String(pid) : ''),
    h('span', { class: 'address' }, address),
    h('span', { class: 'mapping', title: mapping }, mapping),
    h(
      'code',
      null,
      h('span', { class: 'zero' }, before),
      h('mark', null, found),
      h('span', { class: 'zero' }, after),
    ),
  );

/** Never "not found" before all was searched. @param {{found: Hunted}} props */
function Status({ found: { state: how, message, share, read, size, left, seq } }) {
  const hits = seq.total;
  /** @type {Record<Hunted['state'], string>} */
  const words = {
    running: S.progress(share * 100, hits),
    done: S.done(hits, size),
    stopped: S.stopped(hits, read, size),
    full: S.full(hits, read, size),
    failed: message,
  };
  const missing = left && [
    left.bytes !== '' && S.left(left.bytes),
    left.borders > 0 && S.borders(left.borders),
    left.blocks > 0 && S.blocks(left.blocks),
  ];
  return h(
    'p',
    { class: how === 'failed' ? 'failed' : 'status', role: 'status' },
    words[how],
    missing
      ?.filter(Boolean)
      .map((text, index) => h('span', { key: index, class: 'note' }, ` ${text}.`)),
    how === 'running' && h('progress', { max: 1, value: share, 'aria-label': G.titles.state }),
  );
}
