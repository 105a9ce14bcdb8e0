// SPDX-License-Identifier: Apache-2.0
// Copying.
import { useState } from 'preact/hooks';
import { T } from '../text.js';
import { h } from './h.js';

/** @param {string} text @returns {Promise<boolean>} */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not allowed, or not there: the page was not served securely.
    const area = document.createElement('textarea');
    area.className = 'offscreen';
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}

/**
 * @param {object} props
 * @param {() => string | Promise<string>} props.value what to copy
 * @param {string} props.what the same for screen readers
 * @param {string} [props.label]
 */
export function Copy({ value, what, label = T.copy }) {
  const [said, say] = useState('');
  const onClick = async () => {
    say((await copy(await value())) ? T.copied : T.copyFailed);
    setTimeout(() => say(''), 1500);
  };
  const props = { class: 'small copy', type: 'button', 'aria-label': T.copyWhat(what), onClick };
  return h('button', props, said || label);
}
