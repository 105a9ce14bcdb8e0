// SPDX-License-Identifier: Apache-2.0
// The content of the member that is open: rows, searching, folding, and where one is.
import { useEffect, useRef, useState } from 'preact/hooks';
import { A, F } from '../../text.js';
import { api } from '../api.js';
import { during, useBusy } from '../busy.js';
import { Copy } from '../copy.js';
import { classes, h } from '../h.js';
import { useRested, useSteadyAnswer } from '../hooks.js';
import { icon } from '../icons.js';
import { VirtualList } from '../rows.js';

/** @typedef {import('../../types.d.ts').ContentRow} ContentRow */
/** @typedef {import('../../types.d.ts').Hits} Hits */
/** @typedef {import('../../types.d.ts').Piece} Piece */
/** @typedef {import('../../types.d.ts').Spot} Spot */

/** Where rows of bytes have half of them. */
const narrow = typeof matchMedia === 'undefined' ? null : matchMedia('(max-width: 40rem)');
/** Folding deeper is not shown as deeper. */
const DEEPEST = 40;
/** @type {Hits} */
const NO_HITS = { total: 0, more: false };
/** Both are values that fold. @param {string} mode */
const isTree = (mode) => mode === 'json' || mode === 'fields';
/** What the search bar says. @typedef {'idle' | 'searching' | 'done'} Searching */

/** @param {{item: import('../store.js').Item, file: import('../../types.d.ts').FileView, mode: import('../../types.d.ts').Mode, span: import('../../types.d.ts').Span | undefined}} props */
export function Content({ item: { id: item }, file, mode, span }) {
  const [reveal, setReveal] = useState(false);
  const [text, setText] = useState('');
  const [hits, setHits] = useState(NO_HITS);
  const [searching, setSearching] = useState(/** @type {Searching} */ ('idle'));
  const turn = useRef(0);
  const [now, setNow] = useState(-1);
  // `to`: where to go, once; `turn`: there is something new to see.
  const [view, setView] = useState({ to: span?.offset, turn: 0 });
  const [row, setRow] = useState(0);
  const rested = useRested(row, 60);
  const offset = useRef(span?.offset ?? 0);
  const shownMode = useRef(mode);
  const columns = narrow?.matches ? 8 : 16;

  const { value: looked, error } = useSteadyAnswer(
    () => {
      const other = shownMode.current !== mode;
      shownMode.current = mode;
      const to = other ? offset.current : view.to;
      view.to = undefined; // once
      return api.look({ item, mode, columns, reveal, now, to });
    },
    [columns, reveal, now, view],
    [item, file, mode],
  );
  const { value: spot } = useSteadyAnswer(
    () => api.spot({ item, mode, columns, row: rested }),
    [columns, rested, looked],
    [item, file, mode],
  );
  useEffect(() => {
    if (spot) offset.current = spot.offset;
  }, [spot]);

  const search = async (/** @type {string} */ wanted) => {
    const mine = ++turn.current;
    setText(wanted);
    setHits(NO_HITS); // what an earlier search found says nothing about this one
    setNow(-1);
    setSearching(wanted === '' ? 'idle' : 'searching');
    const found =
      wanted === ''
        ? await api.search({ item, text: '', mode, from: 0 }).then(() => NO_HITS)
        : await api.search({ item, text: wanted, mode, from: offset.current }).catch(() => null);
    if (mine !== turn.current) return; // another one has begun
    if (!found) return setSearching('idle');
    setSearching(wanted === '' ? 'idle' : 'done');
    setHits(found);
    setNow(found.first?.index ?? -1);
    setView({ to: found.to ?? found.first?.to, turn: view.turn + 1 });
  };
  const step = async (/** @type {number} */ by) => {
    if (hits.total === 0) return;
    const next = (now + by + hits.total) % hits.total;
    const to = await during(api.hit({ item, index: next }));
    setNow(next);
    setView({ to, turn: view.turn + 1 });
  };
  const fold = async (/** @type {{row?: number, all?: boolean}} */ what) => {
    await during(api.fold({ item, ...what }));
    setView({ to: undefined, turn: view.turn + 1 });
  };
  return h(
    'div',
    { class: 'content' },
    h(SearchBar, { mode, text, hits, now, searching, search, step }),
    h(
      'div',
      { class: 'tools' },
      isTree(mode) && [
        h(
          'button',
          { type: 'button', class: 'small', onClick: () => fold({ all: true }) },
          F.foldAll,
        ),
        h(
          'button',
          { type: 'button', class: 'small', onClick: () => fold({ all: false }) },
          F.unfoldAll,
        ),
      ],
      file.secrets &&
        h(
          'button',
          { type: 'button', class: 'small', onClick: () => setReveal(!reveal) },
          reveal ? F.hide : F.reveal,
        ),
    ),
    error && h('p', { class: 'failed' }, error),
    looked && looked.note !== '' && h('p', { class: 'quiet' }, looked.note),
    looked &&
      h(VirtualList, {
        key: mode,
        seq: looked.seq,
        at: looked.at,
        steady: true,
        label: F.rows(F.modes[mode], file.path),
        class: `text ${mode === 'fields' ? 'json' : mode}`,
        role: isTree(mode) ? 'tree' : 'listbox',
        moved: setRow,
        about: (/** @type {ContentRow} */ { depth, open }) => ({
          ...(depth !== undefined && { 'aria-level': depth + 1 }),
          ...(open !== undefined && { 'aria-expanded': open }),
        }),
        keys: (
          /** @type {KeyboardEvent} */ event,
          /** @type {ContentRow} */ content,
          /** @type {number} */ at,
        ) => {
          const { key } = event;
          if (key === 'n' || key === 'N') step(key === 'n' ? 1 : -1);
          else if (content.open === undefined) return;
          else if (key === 'Enter' || key === (content.open ? 'ArrowLeft' : 'ArrowRight'))
            fold({ row: at });
          else return;
          event.preventDefault();
        },
        make: (/** @type {ContentRow} */ content, /** @type {number} */ at) =>
          rowNode(content, () => fold({ row: at })),
      }),
    spot && h(SpotBar, { item, mode, row: rested, spot }),
  );
}

/** @param {{mode: string, text: string, hits: Hits, now: number, searching: Searching, search: (text: string) => void, step: (by: number) => void}} props */
function SearchBar({ mode, text, hits, now, searching, search, step }) {
  const [typed, setTyped] = useState(text);
  const rested = useRested(typed, 200);
  const last = useRef(text);
  useBusy(typed !== last.current || searching === 'searching');
  const run = (/** @type {string} */ wanted) => {
    last.current = wanted;
    search(wanted);
  };
  useEffect(() => {
    if (rested !== last.current) run(rested);
  }, [rested]);
  const hint = mode === 'hex' ? F.searchHexHint : F.searchHint;
  return h(
    'div',
    { class: 'search-bar', role: 'search' },
    h('input', {
      type: 'search',
      class: 'search',
      placeholder: hint,
      title: hint,
      'aria-label': F.search,
      spellcheck: false,
      value: typed,
      onInput: (/** @type {any} */ event) => setTyped(event.currentTarget.value),
      onKeyDown: (/** @type {KeyboardEvent} */ event) => {
        if (event.key !== 'Enter') return;
        if (typed === last.current) step(event.shiftKey ? -1 : 1);
        else run(typed);
      },
    }),
    h(
      'span',
      { class: 'quiet hits', role: 'status' },
      hits.total > 0
        ? F.hits(now + 1, hits.total, hits.more)
        : searching === 'searching'
          ? F.searching
          : searching === 'done' && hits.to === undefined && F.noHits,
    ),
    searching === 'searching' &&
      h('button', { type: 'button', class: 'small', onClick: () => run('') }, A.cancel),
    [-1, 1].map((by) =>
      h(
        'button',
        {
          key: by,
          type: 'button',
          class: 'plain-button',
          'aria-label': by < 0 ? F.previous : F.next,
          title: by < 0 ? F.previous : F.next,
          disabled: hits.total === 0,
          onClick: () => step(by),
        },
        icon(by < 0 ? 'up' : 'open'),
      ),
    ),
  );
}

/** Where one is. @param {{item: number, mode: string, row: number, spot: Spot}} props */
function SpotBar({ item, mode, row, spot: { offset, line, column, pointer } }) {
  return h(
    'div',
    { class: 'spot' },
    pointer !== null && [
      h('code', { class: 'pointer', 'aria-label': F.pointer }, pointer === '' ? F.whole : pointer),
      h(Copy, { value: () => pointer, what: F.pointer, label: F.copyPointer }),
      isTree(mode) &&
        h(Copy, { value: () => api.value({ item, row }), what: F.value, label: F.copyValue }),
    ],
    h(
      'span',
      { class: 'quiet' },
      [line > 0 && F.line(line, column), F.offset(offset)].filter(Boolean).join(' · '),
    ),
  );
}

/** @param {Piece} piece @param {number} key */
function pieceNode([text, kind], key) {
  if (kind === '') return text;
  const mark = /\b(here|match)\b/.test(kind);
  return h(mark ? 'mark' : 'span', { class: kind, key }, text);
}

/** @param {ContentRow} row @param {() => void} fold */
export function rowNode({ line, label, here, pieces, ascii, depth = 0, open }, fold) {
  return h(
    'span',
    { class: classes('line', here && 'here') },
    h('span', { class: 'number' }, label ?? (line > 0 ? String(line) : '')),
    open === undefined
      ? label === undefined && h('span', { class: 'folder' })
      : h(
          'span',
          {
            class: 'folder',
            title: F.fold,
            onClick: (/** @type {Event} */ event) => {
              event.stopPropagation();
              fold();
            },
          },
          icon(open ? 'open' : 'closed'),
        ),
    h(
      'code',
      depth > 0 ? { style: { paddingInlineStart: `${Math.min(depth, DEEPEST) * 2}ch` } } : null,
      pieces.map(pieceNode),
    ),
    ascii && h('code', { class: 'ascii' }, ascii.map(pieceNode)),
  );
}
