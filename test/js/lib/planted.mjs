// SPDX-License-Identifier: Apache-2.0
// A checkpoint with a secret wherever command lines stand: of the process, of the container, of what made it.
import { processArchive } from './dump.mjs';

/** @param {string} secret at least 8 letters and digits @param {string} [host] */
export function planted(secret, host = 'db') {
  const command = ['mysql', '--password', secret, '--host', host];
  const line = `mysql --password ${secret} --host ${host}`;
  const spec = {
    ociVersion: '1.0.2',
    process: { args: command, commandLine: line, cwd: '/', env: [`DB_PASSWORD=${secret}`] },
    root: { path: 'rootfs' },
    annotations: { 'io.example/last-applied': JSON.stringify({ spec: { command } }) },
  };
  const created = {
    config: { CreateCommand: ['run', ...command], nested: JSON.stringify(command) },
  };
  return processArchive(command, [`DB_PASSWORD=${secret}`], {
    heap: `login of ${secret} done`,
    files: [
      ['config.dump', JSON.stringify({ id: 'a', name: 'keeper' })],
      ['spec.dump', JSON.stringify(spec)],
      ['status.dump', JSON.stringify(created)],
    ],
  });
}
