// SPDX-License-Identifier: Apache-2.0
// Whether something that is shown is still awaited: then the page says so (`aria-busy` of its main part), to readers
// that speak it as to tests, and what stands there is not all yet.
import { useLayoutEffect } from 'preact/hooks';

let awaited = 0;

/** @param {1 | -1} by */
function count(by) {
  awaited += by;
  document.getElementById('main')?.setAttribute('aria-busy', String(awaited > 0));
}

/** The page is busy until this has ended, however it ends. @template T @param {Promise<T>} work @returns {Promise<T>} */
export async function during(work) {
  count(1);
  try {
    return await work;
  } finally {
    count(-1);
  }
}

/** The page is busy as long as a part of it that is drawn says so. @param {boolean} busy */
export function useBusy(busy) {
  // In the layout: between an answer and the question that it leads to, nobody sees the page at rest.
  useLayoutEffect(() => {
    if (!busy) return undefined;
    count(1);
    return () => count(-1);
  }, [busy]);
}
