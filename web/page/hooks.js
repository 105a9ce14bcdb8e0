// SPDX-License-Identifier: Apache-2.0
// What several parts of the page do alike.
import { useEffect, useRef, useState } from 'preact/hooks';
import { useBusy } from './busy.js';

/**
 * An answer of the worker; undefined while it is awaited. An answer to an earlier question is never
 * given for the present one: what is drawn always belongs together.
 * @template T
 * @param {() => Promise<T>} ask
 * @param {any[]} inputs what the answer depends on
 * @returns {{value: T | undefined, error: string}}
 */
export function useAnswer(ask, inputs) {
  const [answer, set] = useState(/** @type {Answer<T>} */ (WAITING));
  useEffect(() => {
    let wanted = true;
    ask().then(
      (value) => wanted && set({ inputs, value, error: '' }),
      (error) => wanted && set({ inputs, value: undefined, error: error.message }),
    );
    return () => {
      wanted = false;
    };
  }, inputs);
  const here = same(answer.inputs, inputs);
  useBusy(!here);
  return here ? answer : WAITING;
}

/**
 * The same, but the previous answer stays until the new one is there: for rows of one list that is
 * scrolled or folded, where nothing on the screen refers to anything else.
 * @template T
 * @param {() => Promise<T>} ask
 * @param {any[]} inputs
 * @param {any[]} whole what may never be mixed: if one of these differs, the previous answer is dropped
 * @returns {{value: T | undefined, error: string}}
 */
export function useSteadyAnswer(ask, inputs, whole) {
  const answer = useAnswer(async () => ({ whole, value: await ask() }), [...whole, ...inputs]);
  const last = useRef(/** @type {{whole: any[], value: T} | undefined} */ (undefined));
  if (answer.value) last.current = answer.value;
  const kept = last.current && same(last.current.whole, whole) ? last.current.value : undefined;
  return { value: answer.error === '' ? kept : undefined, error: answer.error };
}

/** @template T @typedef {{inputs: any[], value: T | undefined, error: string}} Answer */

/** @type {Answer<any>} */
const WAITING = { inputs: [], value: undefined, error: '' };

/** @param {any[]} a @param {any[]} b */
const same = (a, b) => a.length === b.length && a.every((value, i) => Object.is(value, b[i]));

/** A value that changes only when the one given has rested. @template T @param {T} value @param {number} [rest] milliseconds @returns {T} */
export function useRested(value, rest = 150) {
  const [rested, set] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => set(value), rest);
    return () => clearTimeout(timer);
  }, [value, rest]);
  useBusy(!Object.is(value, rested));
  return rested;
}
