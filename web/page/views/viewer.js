// SPDX-License-Identifier: Apache-2.0
// One member: the members in it, its text, its JSON, its bytes.
import { useEffect, useRef, useState } from 'preact/hooks';
import { F, T } from '../../text.js';
import { api } from '../api.js';
import { classes, h } from '../h.js';
import { useAnswer } from '../hooks.js';
import { icon } from '../icons.js';
import { save } from '../save.js';
import { go, hashOf } from '../store.js';
import { Content } from './content.js';
import { InsideList } from './inside.js';

/** @typedef {import('../../types.d.ts').Mode} Mode */

/** @param {import('./index.js').ViewProps} props */
export function Viewer({ item, model, place }) {
  const { index = 0, inner, offset, length } = place;
  const span = offset === undefined ? undefined : { offset, length: length ?? 1 };
  const { value: file, error } = useAnswer(
    () => api.file({ item: item.id, index, inner, span }),
    [item.id, model, index, inner, offset, length],
  );
  const [chosen, choose] = useState(/** @type {Mode | ''} */ (''));
  const modes = file?.modes ?? [];
  const fitting = modes.find((each) => each !== 'list' || span === undefined);
  const mode = chosen !== '' && modes.includes(chosen) ? chosen : fitting;
  const path = file?.path ?? T.reading;
  const outer = inner === undefined ? -1 : path.indexOf('!');
  return h(
    'section',
    { class: 'card viewer', 'aria-label': path },
    h(
      'header',
      null,
      h(
        'h2',
        null,
        outer < 0
          ? path
          : [
              h(
                'a',
                { href: hashOf({ item: item.id, view: 'files', index }) },
                path.slice(0, outer),
              ),
              ` › ${path.slice(outer + 1)}`,
            ],
      ),
      h('span', { class: 'quiet' }, file?.size ?? ''),
      h(
        'button',
        {
          type: 'button',
          class: 'plain-button',
          'aria-label': T.closeFile,
          title: T.closeFile,
          onClick: () =>
            go(
              place.view === 'changes'
                ? { view: 'changes' }
                : { view: 'files', ...(inner !== undefined && { index }) },
            ),
        },
        icon('close'),
      ),
    ),
    (error || file?.message) && h('p', { class: 'failed' }, error || file?.message || ''),
    file &&
      file.message === '' &&
      h(
        'div',
        { class: 'tools' },
        h(
          'div',
          { class: 'modes', role: 'group', 'aria-label': F.modesLabel },
          modes.map((each) =>
            h(
              'button',
              {
                key: each,
                type: 'button',
                class: 'small',
                'aria-pressed': each === mode,
                onClick: () => choose(each),
              },
              F.modes[each],
            ),
          ),
        ),
        h(SaveButton, { item, place: { index, inner }, path: file.path }),
      ),
    mode === 'list' && h(InsideList, { item, index, path }),
    file && mode && mode !== 'list' && h(Content, { item, file, mode, span }),
  );
}

/** @param {{item: import('../store.js').Item, place: import('../../types.d.ts').MemberPlace, path: string}} props */
function SaveButton({ item, place, path }) {
  const [share, setShare] = useState(-1);
  const [failure, setFailure] = useState('');
  const timer = useRef(0);
  useEffect(() => () => clearInterval(timer.current), []);
  const onClick = async () => {
    if (share >= 0) return void api.saving({ item: item.id, stop: true });
    setFailure('');
    setShare(0);
    timer.current = window.setInterval(
      () => api.saving({ item: item.id }).then((now) => now >= 0 && setShare(now)),
      200,
    );
    try {
      const blob = await api.save({ item: item.id, ...place });
      if (blob) save(blob, path.slice(path.search(/[^/!]*$/)));
    } catch (error) {
      setFailure(/** @type {Error} */ (error).message);
    } finally {
      clearInterval(timer.current);
      setShare(-1);
    }
  };
  return [
    h(
      'button',
      {
        type: 'button',
        class: classes('small', share >= 0 && 'busy'),
        'aria-label': F.saveWhat(path.slice(0, 200)),
        onClick,
      },
      share >= 0 ? F.saving(share) : F.save,
    ),
    failure !== '' && h('span', { class: 'failed', role: 'alert' }, failure),
  ];
}
