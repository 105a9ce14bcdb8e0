// SPDX-License-Identifier: Apache-2.0
// Secrets, masked, wherever they were found; memory is searched when it is asked for.
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Q } from '../../text/views.js';
import { T } from '../../text.js';
import { api } from '../api.js';
import { BlockNode } from '../blocks.js';
import { during, useBusy } from '../busy.js';
import { h } from '../h.js';

/** @typedef {import('../../types.d.ts').SecretsFound} SecretsFound */

/** Rules that list them in metadata. */
export const SECRETS = ['CKP800'];
/** Milliseconds between two looks at what was found. */
const LOOK = 150;

/** @param {import('./index.js').ViewProps} props */
export function SecretsView({ item, model }) {
  const [found, setFound] = useState(/** @type {SecretsFound | null} */ (null));
  const [failure, setFailure] = useState('');
  const turn = useRef(0);
  const look = async (/** @type {"start" | "stop" | undefined} */ deep) => {
    const mine = deep === undefined ? turn.current : ++turn.current;
    try {
      const now = await during(api.secrets({ item: item.id, deep }));
      if (mine !== turn.current) return;
      setFound(now);
      if (now.state === 'running') setTimeout(() => mine === turn.current && look(undefined), LOOK);
    } catch (error) {
      setFailure(/** @type {Error} */ (error).message);
    }
  };
  useBusy(found?.state === 'running');
  useLayoutEffect(() => {
    look(undefined);
    return () => {
      turn.current++;
    };
  }, [item.id, model]);
  if (failure !== '') return h('p', { class: 'failed', role: 'alert' }, failure);
  if (!found) return h('p', { class: 'quiet' }, T.reading);
  const pages = model.sizes.parts.find(({ name }) => name === 'pages');
  const { state, message, share, sections } = found;
  return h(
    'div',
    { class: 'secrets-view metadata plain-sections' },
    h(
      'div',
      { class: 'sections' },
      sections.map(({ title, blocks }) =>
        h(
          'section',
          { key: title, class: 'card', 'aria-label': title },
          h('header', null, h('h2', null, title)),
          blocks.map((block, index) => h(BlockNode, { key: index, block, title })),
        ),
      ),
    ),
    model.images &&
      state !== 'done' &&
      h(
        'p',
        { role: 'status', class: 'ask' },
        state === 'running'
          ? [
              h('progress', { max: 1, value: share, 'aria-label': Q.looking(share * 100) }),
              ` ${Q.looking(share * 100)} `,
              h('button', { type: 'button', class: 'small', onClick: () => look('stop') }, Q.stop),
            ]
          : [
              h('button', { type: 'button', class: 'small', onClick: () => look('start') }, Q.look),
              h(
                'span',
                { class: state === 'failed' ? 'failed' : 'quiet' },
                ' ',
                state === 'failed'
                  ? message
                  : state === 'stopped'
                    ? Q.stopped
                    : pages && Q.lookHint(pages.text),
              ),
            ],
      ),
  );
}
