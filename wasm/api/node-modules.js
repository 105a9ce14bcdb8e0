// SPDX-License-Identifier: Apache-2.0
// Where Node has the modules from: files, or what a program brings along.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

/** @type {((name: string) => Uint8Array) | undefined} */
let provided;

/** Takes the modules from elsewhere. @param {(name: string) => Uint8Array} from by the name of the file */
export function provideModules(from) {
  provided = from;
}

/** The bytes of a module. @param {'core.wasm' | 'codecs.wasm'} name @returns {Uint8Array} */
export const moduleBytes = (name) => provided?.(name) ?? readFileSync(packageFile(name));

/**
 * Where a module is: beside this one as it is published, else beside what it was bundled into, else in the package.
 * @param {string} name
 */
function packageFile(name) {
  // In a bundle of the form of CommonJS there is no import.meta.url.
  const own =
    import.meta.url ?? pathToFileURL(typeof __filename === 'string' ? __filename : '.').href;
  const places = [new URL(`../../dist/${name}`, own), new URL(name, own)];
  const found = places.find((place) => place.protocol === 'file:' && existsSync(place));
  if (found) return found;
  for (const from of [own, pathToFileURL(join(process.cwd(), 'x')).href]) {
    try {
      // webpack would look for the modules itself, and warn, if it saw the call.
      const [{ resolve }] = [from].map((path) => createRequire(path));
      return resolve(`container-checkpoint/${name}`);
    } catch {
      // It is not installed there.
    }
  }
  throw new Error(
    `${name} was not found beside ${own}: copy container-checkpoint/${name} there, ` +
      'call load({ wasm }) of container-checkpoint first, import container-checkpoint/node-inline, or leave container-checkpoint out of the bundle',
  );
}
