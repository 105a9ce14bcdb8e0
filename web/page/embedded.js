// SPDX-License-Identifier: Apache-2.0
// Reports that stand in the page itself, as `ckpt view` and the export put them there:
//   <script type="application/json" id="ckpt-embedded">
//   {"version": 1, "reports": [REPORT or {"report": REPORT, "files": {NAME: TEXT}}],
//    "unreadable": [{"path", "message"}]}
// REPORT: what ckpt.validate gives; files: what lines around findings are shown of.
import { X } from '../text.js';
import { show } from './actions.js';
import { api } from './api.js';
import { update } from './store.js';

/** Failures that are reported. */
const MOST = 5;

export async function takeReports() {
  const element = document.getElementById('ckpt-embedded');
  if (!element) return;
  try {
    const { version, reports, unreadable = [] } = JSON.parse(element.textContent ?? '');
    if (version !== 1 || !Array.isArray(reports)) throw new Error();
    if (unreadable.length > 0)
      update({
        trouble: unreadable
          .slice(0, MOST)
          .map((/** @type {any} */ { path, message }) => `${path}: ${message}`)
          .join(' · '),
      });
    const given = reports.map((each) => (each.report ? each : { report: each }));
    if (given.length > 0) await show(await api.embed(given));
  } catch {
    update({ trouble: X.badReports });
  }
}
