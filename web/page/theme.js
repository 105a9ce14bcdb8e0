// SPDX-License-Identifier: Apache-2.0
// Light, dark, or as the system has it.
import { state, update } from './store.js';

const KEY = 'ckpt-theme';
/** @type {(typeof state.theme)[]} */
const THEMES = ['system', 'light', 'dark'];

/** @param {typeof state.theme} theme */
function show(theme) {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  update({ theme });
}

export function readTheme() {
  let kept = null;
  try {
    kept = localStorage.getItem(KEY);
  } catch {
    // not allowed here: it is as the system has it
  }
  show(THEMES.find((theme) => theme === kept) ?? 'system');
}

export function nextTheme() {
  const theme = THEMES[(THEMES.indexOf(state.theme) + 1) % THEMES.length];
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // it holds until the page is closed
  }
  show(theme);
}
