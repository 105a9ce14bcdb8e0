// SPDX-License-Identifier: Apache-2.0
// The lines around a place in a file.
import { useLayoutEffect, useRef } from 'preact/hooks';
import { T } from '../text.js';
import { classes, h } from './h.js';

/** @param {string} text @param {[number, number] | undefined} mark @returns {any[]} */
export function marked(text, mark) {
  if (!mark) return [text];
  return [
    text.slice(0, mark[0]),
    h('mark', null, text.slice(mark[0], mark[1])),
    text.slice(mark[1]),
  ];
}

/** The caret stands under a hidden copy of what is before it. @param {{lines: import('../types.d.ts').FrameLine[], tone: string}} props */
export function Frame({ lines, tone }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    // On a narrow screen the place may be beyond the right edge.
    const mark = box.current?.querySelector('mark');
    if (box.current && mark)
      box.current.scrollLeft = mark.offsetLeft + mark.offsetWidth - box.current.clientWidth * 0.8;
  }, [lines]);
  return h(
    'div',
    { class: classes('frame', tone), tabindex: 0, role: 'group', 'aria-label': T.lines, ref: box },
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
}
