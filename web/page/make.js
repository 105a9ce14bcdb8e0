// SPDX-License-Identifier: Apache-2.0
// Files made of a checkpoint, saved when they are asked for.
import { useState } from 'preact/hooks';
import { K } from '../text/make.js';
import { api } from './api.js';
import { save } from './save.js';
import { say, state, update } from './store.js';

/** Milliseconds that a sentence about what was made stands there. */
const SHOWN = 20_000;
/** Forms that are one checkpoint of a container, of which files can be made. */
const WHOLE = ['archive', 'directory', 'oci-layout', 'docker-archive'];

/** Whether files can be made of it: it is here, and all of it. @param {import('./store.js').Item} item */
export const canMake = ({ model, size }) =>
  !!model && size !== '' && !model.broken && !model.loose && WHOLE.includes(model.form);

/** The name of a file without what tells its form. @param {string} name */
const baseOf = (name) => name.slice(0, 100).replace(/\.(oci\.)?(tar|tgz|tzst)(\.\w{2,4})?$/i, '');

/** @param {import('./store.js').Item} item */
export function useMaking(item) {
  const [making, set] = useState(false);
  const start = async (/** @type {import('../worker/make.js').Wanted} */ wanted) => {
    set(true);
    update({ trouble: '' });
    try {
      const made = await api.make({ item: item.id, ...wanted });
      if (!made) return;
      const base = baseOf(item.name);
      save(
        made.blob,
        wanted.what === 'core' ? K.coreName(base, wanted.pid) : `${base}${K.ends[wanted.what]}`,
      );
      if (made.said !== '') {
        say(made.said);
        update({ busy: made.said });
        setTimeout(() => state.busy === made.said && update({ busy: '' }), SHOWN);
      }
    } catch (error) {
      update({ trouble: /** @type {Error} */ (error).message });
    } finally {
      set(false);
    }
  };
  return { making, start, stop: () => api.stopMaking({ item: item.id }) };
}
