// SPDX-License-Identifier: Apache-2.0
// A fault of ours in one place does not take the rest of the page with it.
import version from 'page:version';
import { Component } from 'preact';
import { T } from '../text.js';
import { Copy } from './copy.js';
import { h } from './h.js';
import { update } from './store.js';

/**
 * Draws its children; if they cannot be drawn, what happened, with the details to copy. The rest of
 * the page goes on. Give it a `key` of what it shows, so that something else is drawn afresh.
 * @extends {Component<{children?: any}, {error: Error | null}>}
 */
export class Boundary extends Component {
  /** @param {{children?: any}} props */
  constructor(props) {
    super(props);
    this.state = { error: /** @type {Error | null} */ (null) };
  }

  /** @param {Error} error @override */
  static getDerivedStateFromError(error) {
    return { error };
  }

  /** @override */
  render() {
    const error = /** @type {Error | null} */ (this.state.error);
    if (!error) return this.props.children;
    return h(
      'div',
      { class: 'card fault', role: 'alert' },
      h('h2', null, T.fault),
      h('p', { class: 'message' }, error.message),
      h(
        'p',
        null,
        h(
          'button',
          { type: 'button', class: 'button', onClick: () => this.setState({ error: null }) },
          T.faultAgain,
        ),
        ' ',
        h(Copy, { value: () => detailsOf(error), what: T.faultDetails, label: T.copyDetails }),
      ),
    );
  }
}

/** What a bug report needs; nothing from a file beyond what the message itself quotes. @param {any} error */
export const detailsOf = (error) =>
  [`${T.title} ${version}`, navigator.userAgent, error?.stack ?? String(error)].join('\n');

/** What is thrown where nothing draws: said in the page, which goes on. */
export function reportFaults() {
  addEventListener('error', (event) => tell(event.error ?? event.message));
  addEventListener('unhandledrejection', (event) => {
    if (event.reason?.name !== 'AbortError') tell(event.reason);
  });
}

/** @param {any} error */
const tell = (error) => update({ trouble: `${T.fault}: ${error?.message ?? error}` });
