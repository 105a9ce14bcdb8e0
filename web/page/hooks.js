// SPDX-License-Identifier: Apache-2.0
// What several parts of the page do alike.
import { useEffect, useState } from 'preact/hooks';

/**
 * An answer of the worker; undefined while it is awaited.
 * @template T
 * @param {() => Promise<T>} ask
 * @param {any[]} inputs what the answer depends on
 * @returns {{value: T | undefined, error: string}}
 */
export function useAnswer(ask, inputs) {
  const [answer, set] = useState(/** @type {{value: T | undefined, error: string}} */ (WAITING));
  useEffect(() => {
    let wanted = true;
    ask().then(
      (value) => wanted && set({ value, error: '' }),
      (error) => wanted && set({ value: undefined, error: error.message }),
    );
    return () => {
      wanted = false;
    };
  }, inputs);
  return answer;
}

const WAITING = { value: undefined, error: '' };

/** A value that changes only when the one given has rested. @template T @param {T} value @param {number} [rest] milliseconds @returns {T} */
export function useRested(value, rest = 150) {
  const [rested, set] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => set(value), rest);
    return () => clearTimeout(timer);
  }, [value, rest]);
  return rested;
}
