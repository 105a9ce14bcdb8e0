// SPDX-License-Identifier: Apache-2.0
// A real Firefox, driven by the WebDriver that is in it: commands as JSON over a socket of this machine.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

/** Milliseconds for it to start, and for a script. */
const PATIENCE = 60_000;

/** Where it is; undefined: it is not here. */
export const firefox = () =>
  [process.env.FIREFOX, '/usr/bin/firefox-esr', '/usr/bin/firefox'].find(
    (path) => path && existsSync(path),
  );

const rest = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** @param {string} profile @returns {Promise<number>} the port that it chose */
async function portOf(profile) {
  for (const end = Date.now() + PATIENCE; Date.now() < end; await rest(50)) {
    const file = join(profile, 'MarionetteActivePort');
    const port = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    if (port > 0) return port;
  }
  throw new Error('Firefox has not started');
}

/** @param {number} port */
async function dial(port) {
  const socket = connect(port, '127.0.0.1');
  /** @type {Map<number, {resolve(value: any): void, reject(error: Error): void}>} */
  const waiting = new Map();
  let greeted = (/** @type {unknown} */ _value) => {};
  const greeting = new Promise((resolve) => (greeted = resolve));
  let buffer = Buffer.alloc(0);
  socket.on('data', (piece) => {
    buffer = Buffer.concat([buffer, piece]);
    for (;;) {
      const colon = buffer.indexOf(58);
      const length = Number(buffer.toString('latin1', 0, Math.max(0, colon)));
      if (colon < 0 || buffer.length < colon + 1 + length) return;
      const message = JSON.parse(buffer.toString('utf8', colon + 1, colon + 1 + length));
      buffer = buffer.subarray(colon + 1 + length);
      if (!Array.isArray(message)) {
        greeted(message);
        continue;
      }
      const [, id, error, value] = message;
      const one = waiting.get(id);
      waiting.delete(id);
      if (error) one?.reject(new Error(`${error.error}: ${error.message}`));
      else one?.resolve(value);
    }
  });
  await greeting;
  let last = 0;
  const send = (/** @type {string} */ command, /** @type {object} */ given = {}) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      const text = JSON.stringify([0, last, command, given]);
      socket.write(`${Buffer.byteLength(text)}:${text}`);
    });
  return { send, hangUp: () => socket.destroy() };
}

/** Starts it, without a window. */
export async function openFirefox() {
  const profile = mkdtempSync(join(tmpdir(), 'ckpt-firefox-'));
  writeFileSync(
    join(profile, 'user.js'),
    [
      'user_pref("marionette.port", 0);',
      'user_pref("datareporting.policy.dataSubmissionEnabled", false);',
      'user_pref("app.update.enabled", false);',
      'user_pref("browser.shell.checkDefaultBrowser", false);',
      'user_pref("network.captive-portal-service.enabled", false);',
      'user_pref("network.connectivity-service.enabled", false);',
    ].join('\n'),
  );
  const child = spawn(
    /** @type {string} */ (firefox()),
    ['--headless', '--no-remote', '--marionette', '--profile', profile],
    { stdio: 'ignore', env: { ...process.env, HOME: profile, MOZ_DISABLE_CONTENT_SANDBOX: '1' } },
  );
  const ended = new Promise((resolve) => child.on('exit', resolve));
  const { send, hangUp } = await dial(await portOf(profile));
  await send('WebDriver:NewSession', {
    capabilities: { alwaysMatch: { unhandledPromptBehavior: 'accept' } },
  });
  await send('WebDriver:SetTimeouts', { script: PATIENCE });
  /** What a function of the page gives. @param {string} body @param {...any} args */
  const run = async (body, ...args) => {
    const { value } = await send('WebDriver:ExecuteScript', { script: body, args });
    return value;
  };
  return {
    /** Of its main process. */
    pid: /** @type {number} */ (child.pid),
    run,
    /** @param {string} url */
    go: (url) => send('WebDriver:Navigate', { url }),
    /** Waits until an expression holds. @param {string} expression @param {...any} args */
    async until(expression, ...args) {
      for (const end = Date.now() + PATIENCE; Date.now() < end; await rest(50))
        if (await run(`return ${expression}`, ...args)) return;
      throw new Error(`never held: ${expression}`);
    },
    /** @param {string} selector of a field for files @param {string} path */
    async choose(selector, path) {
      const { value } = await send('WebDriver:FindElement', {
        using: 'css selector',
        value: selector,
      });
      const [id] = Object.values(value);
      await send('WebDriver:ElementSendKeys', { id, text: path });
    },
    async close() {
      await send('Marionette:Quit', { flags: ['eForceQuit'] }).catch(() => {});
      hangUp();
      await ended;
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
