// SPDX-License-Identifier: Apache-2.0
// Questions from the page, answers from the worker: {id, method, argument} and {id, result | error}.

/** @typedef {import('./types.d.ts').Api} Api */
/** @typedef {{postMessage(data: any): void, onmessage: ((event: MessageEvent) => void) | null}} Port */

/** How an API looks from afar: every answer is a promise. @typedef {{[K in keyof Api]: (...argument: Parameters<Api[K]>) => Promise<ReturnType<Api[K]>>}} RemoteApi */

/**
 * @param {Port} port
 * @returns {{api: RemoteApi, fail(reason: Error): void}} `fail` ends all open questions
 */
export function connect(port) {
  /** @type {Map<number, {resolve(value: any): void, reject(reason: Error): void}>} */
  const open = new Map();
  /** @type {Error | undefined} */
  let failed;
  let last = 0;
  port.onmessage = ({ data }) => {
    const question = open.get(data.id);
    open.delete(data.id);
    if ('error' in data) question?.reject(new Error(data.error));
    else question?.resolve(data.result);
  };
  const api = new Proxy(/** @type {RemoteApi} */ ({}), {
    get: (_, method) => (/** @type {any} */ argument) =>
      new Promise((resolve, reject) => {
        if (failed) return reject(failed);
        open.set(++last, { resolve, reject });
        port.postMessage({ id: last, method, argument });
      }),
  });
  return {
    api,
    fail(reason) {
      failed = reason;
      for (const question of open.values()) question.reject(reason);
      open.clear();
    },
  };
}

/**
 * @param {Port} port
 * @param {{[K in keyof Api]: (argument: any) => ReturnType<Api[K]> | Promise<ReturnType<Api[K]>>}} methods
 */
export function serve(port, methods) {
  const known = new Map(Object.entries(methods));
  port.onmessage = async ({ data: { id, method, argument } }) => {
    try {
      port.postMessage({ id, result: await known.get(method)?.(argument) });
    } catch (error) {
      port.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
    }
  };
}
