// SPDX-License-Identifier: Apache-2.0
// How long the threads of a tab really ran, as the browser traces it: other programs that want the processor do not
// count, as they do in the time that passes.
/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{pid: number, tid: number, name: string, cat: string, ph: string, ts: number, dur?: number, tdur?: number, args: any}} Event */

const CATEGORIES = ['toplevel', 'blink.user_timing'];
/** Marks that the page may set, too: what is before the last begin, or after the end, does not count. */
const BEGIN = 'bench-begin';
const END = 'bench-end';

/**
 * Runs something and gives the processor time of what the tab did meanwhile, in milliseconds.
 * @template T @param {Page} page @param {() => Promise<T>} run
 * @returns {Promise<{value: T, task: number, total: number}>} task: the longest one of the main thread; total: of it and the workers
 */
export async function traced(page, run) {
  const session = await page.context().browser()?.newBrowserCDPSession();
  if (!session) throw new Error('there is no browser');
  /** @type {Event[]} */
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(.../** @type {any[]} */ (value)));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: CATEGORIES },
  });
  await page.evaluate((name) => performance.mark(name), BEGIN);
  const value = await run();
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  return { value, ...timesOf(events) };
}

/** @param {Event[]} events */
function timesOf(events) {
  const begin = events.findLast(({ name }) => name === BEGIN);
  const end = events.findLast(({ name }) => name === END)?.ts ?? Infinity;
  /** @type {Map<number, string>} */
  const threads = new Map();
  for (const { pid, tid, name, args } of events)
    if (pid === begin?.pid && name === 'thread_name') threads.set(tid, args.name);
  let [task, total] = [0, 0];
  /** Tasks may be in tasks; only the outer ones count. @type {Map<number, number>} */
  const ends = new Map();
  const tasks = events.filter(
    ({ pid, name, ph, ts, dur = 0 }) =>
      ph === 'X' &&
      pid === begin?.pid &&
      name.endsWith('::RunTask') &&
      ts + dur > begin.ts &&
      ts < end,
  );
  for (const { tid, ts, dur = 0, tdur = 0 } of tasks.sort((a, b) => a.ts - b.ts)) {
    const main = threads.get(tid) === 'CrRendererMain';
    if (!main && threads.get(tid) !== 'DedicatedWorker thread') continue;
    if (ts < (ends.get(tid) ?? 0)) continue;
    ends.set(tid, ts + dur);
    total += tdur / 1000;
    if (main) task = Math.max(task, tdur / 1000);
  }
  return { task, total };
}
