// SPDX-License-Identifier: Apache-2.0
// Where the bytes are, and what would make the checkpoint smaller.
import { useEffect, useState } from 'preact/hooks';
import { Z } from '../../text/dump.js';
import { api } from '../api.js';
import { h } from '../h.js';
import { useAnswer } from '../hooks.js';
import { hashOf } from '../store.js';
import { treemap } from '../treemap.js';
import { Sections } from './sections.js';

/** Up to this many bytes, pages are examined without being asked for. */
const SMALL = 32 * 2 ** 20;
/** Milliseconds between two looks at how far it is. */
const LOOK = 200;

/** Width of the map, its height being 1; the style sheet has the same. */
const ASPECT = 4;
/** Smaller parts of the map have no name on them. */
const NAMED = 0.012;

const percent = (/** @type {number} */ part) => `${(part * 100).toFixed(3)}%`;

/** The members as areas, each a link. @param {Pick<import('./index.js').ViewProps, 'item' | 'model'>} props */
function Treemap({ item, model }) {
  const { value: areas = [] } = useAnswer(() => api.areas({ item: item.id }), [item.id, model]);
  if (areas.length < 2) return null;
  const boxes = treemap(
    areas.map(({ bytes }) => bytes),
    ASPECT,
  );
  return h(
    'section',
    { class: 'card', 'aria-labelledby': 'treemap-title' },
    h('h2', { id: 'treemap-title' }, Z.map),
    h(
      'ul',
      { class: 'treemap' },
      areas.map(({ index, name, text, kind }, at) => {
        const { x, y, width, height } = boxes[at];
        const style = {
          left: percent(x),
          top: percent(y),
          width: percent(width),
          height: percent(height),
        };
        const inner =
          width * height > NAMED
            ? [
                h('code', null, name.slice(name.lastIndexOf('/') + 1)),
                h('span', { class: 'amount' }, text),
              ]
            : '';
        // What can be read on it is its name; of what is too small for that, the title is.
        const words = {
          title: Z.area(name, text),
          'aria-label': inner === '' ? Z.area(name, text) : null,
        };
        return h(
          'li',
          { key: index, style, class: `area-${kind}` },
          index < 0
            ? h('span', inner === '' ? { ...words, role: 'img' } : words, inner)
            : h('a', { href: hashOf({ item: item.id, view: 'files', index }), ...words }, inner),
        );
      }),
    ),
  );
}

/** @param {import('./index.js').ViewProps} props */
export function SizeView(props) {
  const { item, model } = props;
  const pages = model.sizes.parts.find(({ name }) => name === 'pages');
  const [wanted, want] = useState(pages !== undefined && pages.bytes <= SMALL);
  const [share, setShare] = useState(0);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (!busy) return undefined;
    const timer = setInterval(() => api.usageShare({ item: item.id }).then(setShare), LOOK);
    return () => clearInterval(timer);
  }, [busy]);
  const load = async () => {
    setBusy(wanted);
    try {
      return await api.usage({ item: item.id, pages: wanted });
    } finally {
      setBusy(false);
    }
  };
  return h(
    'div',
    { class: 'size' },
    busy && h('p', { class: 'quiet', role: 'status' }, Z.looking(share * 100)),
    !wanted &&
      pages !== undefined &&
      h(
        'p',
        null,
        h('button', { type: 'button', class: 'small', onClick: () => want(true) }, Z.look),
        ' ',
        h('span', { class: 'quiet' }, Z.lookHint(pages.text)),
      ),
    h(Treemap, { item, model }),
    h(Sections, { ...props, key: String(wanted), view: 'size', load, plain: true }),
  );
}
