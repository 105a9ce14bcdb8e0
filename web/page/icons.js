// SPDX-License-Identifier: Apache-2.0
// Small pictures, drawn with lines in the colour of the text.
import { h } from './h.js';

/** @type {Record<string, string>} */
const PATHS = {
  error: 'M8 1.8 14.6 13.6H1.4zM8 6v3.6M8 11.6v.2',
  warning: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 4.7v4M8 11v.2',
  info: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 7.3v4M8 4.8V5',
  restores: 'M2.5 8.5 6.3 12l7.2-8',
  conditional: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 4.7v4M8 11v.2',
  fails: 'm3.5 3.5 9 9m0-9-9 9',
  unknown: 'M5.3 5.6a2.7 2.7 0 1 1 4.2 2.2c-1 .7-1.5 1.2-1.5 2.1M8 12.6v.2',
  folder: 'M1.8 4.2c0-.6.4-1 1-1h3.4l1.6 1.8h5.4c.6 0 1 .4 1 1v6c0 .6-.4 1-1 1H2.8c-.6 0-1-.4-1-1z',
  file: 'M4 1.8h5L12.5 5.3v8.9H4zM9 1.8v3.5h3.5',
  open: 'm4 6 4 4 4-4',
  closed: 'm6 4 4 4-4 4',
  up: 'm4 10 4-4 4 4',
  close: 'm4 4 8 8m0-8-8 8',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.4 10.4l3.4 3.4',
  shield: 'M8 1.5 2.5 3.5v4c0 3.4 2.3 6 5.5 7 3.2-1 5.5-3.6 5.5-7v-4zM5.5 8l1.8 1.8 3.3-3.6',
  tray: 'M8 2v7m-3-3 3 3 3-3M2.5 10v2.5c0 .8.5 1.3 1.3 1.3h8.4c.8 0 1.3-.5 1.3-1.3V10',
  light:
    'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.4M8 13.6V15M1 8h1.4M13.6 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  dark: 'M13.5 9.7A6 6 0 0 1 6.3 2.5a6 6 0 1 0 7.2 7.2z',
  system: 'M2 3h12v8H2zM5.5 14h5M8 11v3',
};

/** @param {string} name @param {string} [label] what it means, unless that is said beside it */
export const icon = (name, label) =>
  h(
    'svg',
    {
      class: `icon icon-${name}`,
      viewBox: '0 0 16 16',
      ...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': 'true' }),
    },
    h('path', { d: PATHS[name] }),
  );

/** The mark of the project. */
export const mark = () =>
  h(
    'svg',
    { class: 'mark', viewBox: '0 0 32 32', 'aria-hidden': 'true' },
    h('rect', { width: 32, height: 32, rx: 7 }),
    h('path', {
      d: 'm16 6 8.5 4.6v10L16 25.5l-8.5-4.9v-10zM7.8 10.8l8.2 4.7 8.2-4.7M16 15.5v9.6',
    }),
  );
