// SPDX-License-Identifier: Apache-2.0
// Where the bytes are, and what would make the checkpoint smaller.
import { useEffect, useState } from 'preact/hooks';
import { Z } from '../../text/dump.js';
import { api } from '../api.js';
import { h } from '../h.js';
import { Sections } from './sections.js';

/** Pages up to so many bytes are looked at without being asked. */
const SMALL = 32 * 2 ** 20;
/** Milliseconds between two looks at how far it is. */
const LOOK = 200;

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
    h(Sections, { ...props, key: String(wanted), view: 'size', load, plain: true }),
  );
}
