// SPDX-License-Identifier: Apache-2.0
// One member.
import { T } from '../../text.js';
import { api } from '../api.js';
import { marked } from '../frame.js';
import { h } from '../h.js';
import { useAnswer } from '../hooks.js';
import { icon } from '../icons.js';
import { VirtualList } from '../rows.js';
import { go } from '../store.js';

/** @param {import('./index.js').ViewProps} props */
export function Viewer({ item, model, place }) {
  const { index = 0, offset, length } = place;
  const span = offset === undefined ? undefined : { offset, length: length ?? 1 };
  const { value: file, error } = useAnswer(
    () => api.file({ item: item.id, index, span }),
    [item.id, model, index, offset, length],
  );
  return h(
    'section',
    { class: 'card viewer', 'aria-label': file?.path ?? T.reading },
    h(
      'header',
      null,
      h('h2', null, file?.path ?? T.reading),
      h('span', { class: 'quiet' }, file?.size ?? ''),
      h(
        'button',
        {
          type: 'button',
          class: 'plain-button',
          'aria-label': T.closeFile,
          onClick: () => go({ view: 'files' }),
        },
        icon('close'),
      ),
    ),
    (error || file?.message) && h('p', { class: 'failed' }, error || file?.message || ''),
    file?.lines &&
      h(VirtualList, {
        seq: file.lines,
        at: file.at,
        label: T.rawLabel(file.path),
        class: 'text',
        make: (/** @type {import('../../types.d.ts').RawRow} */ row) =>
          h(
            'span',
            { class: row.mark ? 'line here' : 'line' },
            h('span', { class: 'number' }, row.continued ? '' : String(row.line)),
            h('code', null, marked(row.text, row.mark)),
          ),
      }),
  );
}
