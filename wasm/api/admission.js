// SPDX-License-Identifier: Apache-2.0
// Who may use the memory of the core: readers wait for each other, so that none fails for lack of it.

/**
 * There was not enough memory, or too much to do. It says nothing about the checkpoint: the same call may
 * succeed later.
 */
export class ResourceError extends Error {
  /** @param {'memory' | 'busy'} code @param {string} message */
  constructor(code, message) {
    super(message);
    this.name = 'ResourceError';
    /** memory: there is none; busy: others that use it went on for too long. @type {'memory' | 'busy'} */
    this.code = code;
    this.retryable = true;
  }
}

export const noMemory = () =>
  new ResourceError('memory', 'there is not enough memory now: the core has 256 MiB in all');

/** What the readers of a core may have together, of its 256 MiB. */
const CAPACITY = 160 * 2 ** 20;
/** Milliseconds without any progress of those who read, after which waiting is given up. */
const PATIENCE = 10_000;

/**
 * @typedef {{weight: number, touched: number}} Holder
 * @typedef {{weight: number, admit: (holder: Holder) => void, refuse: (error: Error) => void}} Waiter
 */

/** The readers of one core. */
class Admission {
  /** @type {Set<Holder>} */
  #holders = new Set();
  #used = 0;
  /** In their order. @type {Set<Waiter>} */
  #waiting = new Set();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * Waits until there is room.
   * @param {number} weight bytes; more than there is: until nobody else is there
   * @param {AbortSignal} [signal] @returns {Promise<Holder>}
   */
  async enter(weight, signal) {
    const least = Math.min(weight, CAPACITY);
    if (this.#waiting.size === 0 && this.#used + least <= CAPACITY) return this.#admit(least);
    return new Promise((resolve, reject) => {
      const settle = (/** @type {() => void} */ how) => {
        this.#waiting.delete(waiter);
        signal?.removeEventListener?.('abort', abort);
        how();
      };
      const abort = () => {
        settle(() => reject(signal?.reason));
        this.#next();
      };
      const waiter = {
        weight: least,
        admit: (/** @type {Holder} */ holder) => settle(() => resolve(holder)),
        refuse: (/** @type {Error} */ error) => settle(() => reject(error)),
      };
      this.#waiting.add(waiter);
      signal?.addEventListener?.('abort', abort);
      this.#watch();
    });
  }

  /** @param {number} weight @returns {Holder} */
  #admit(weight) {
    const holder = { weight, touched: Date.now() };
    this.#holders.add(holder);
    this.#used += weight;
    return holder;
  }

  /** @param {Holder} holder */
  leave(holder) {
    if (!this.#holders.delete(holder)) return;
    this.#used -= holder.weight;
    this.#next();
  }

  #next() {
    for (const waiter of this.#waiting) {
      if (this.#used + waiter.weight > CAPACITY) break;
      waiter.admit(this.#admit(waiter.weight));
    }
  }

  /** Sees to it that nobody waits for somebody who waits for him. */
  #watch() {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      let latest = 0;
      for (const { touched } of this.#holders) latest = Math.max(latest, touched);
      if (Date.now() - latest >= PATIENCE) {
        const [waiter] = this.#waiting;
        waiter?.refuse(
          new ResourceError(
            'busy',
            'other checkpoints are being read, have all the memory, and do not go on; try again later',
          ),
        );
        this.#next();
      }
      if (this.#waiting.size > 0) this.#watch();
    }, PATIENCE / 10);
  }
}

/** @type {WeakMap<object, Admission>} */
const admissions = new WeakMap();

/** @param {{exports: any}} core */
export function admissionOf({ exports }) {
  let admission = admissions.get(exports);
  if (!admission) admissions.set(exports, (admission = new Admission()));
  return admission;
}

/** Room for a reader without its window. */
export const READER = 2 ** 20;
/** More than any: waits until nobody else reads. */
export const ALONE = CAPACITY;
